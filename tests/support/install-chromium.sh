#!/bin/sh
# Installs Debian's (or Ubuntu's) browser without a window, with a font to show text in. Run as root; two who run it at
# once wait for each other, and for whatever else the package system is busy with.
set -eu
exec 9<"$0"
flock 9
if command -v chromium-headless-shell >/dev/null; then exit; fi

export DEBIAN_FRONTEND=noninteractive
tries=0
until apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu; do
    tries=$((tries + 1))
    if [ $tries = 10 ]; then exit 1; fi
    sleep 10
done
