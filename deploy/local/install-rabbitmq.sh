#!/bin/sh
# Installs Debian's (or Ubuntu's) package rabbitmq-server for its programs alone: no system broker starts, now or at
# the next boot. Run as root, and only where the package is missing.
set -eu

policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-handelsbyer

restore() {
    rm -f "$policy"
    if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}

# A policy of ours can only be left from a run that was killed; what it replaced is still kept then.
if [ -e "$policy" ] && ! grep -q handelsbyer "$policy"; then mv "$policy" "$kept"; fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\n# for a moment, by handelsbyer: no service starts\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends rabbitmq-server

if command -v systemctl >/dev/null; then
    systemctl disable --quiet rabbitmq-server.service epmd.service epmd.socket || true
fi
