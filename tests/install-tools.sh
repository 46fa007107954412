#!/bin/sh
# Installs the programs that tests run and that may be missing: those of a system that reports from the command line
# (docs/publish/publish.sh), a spam filter, and a mail server. Postfix is set up by the tests that want one: here it gets no
# configuration, starts nothing, and takes the place of no other mail server.
set -eu
export DEBIAN_FRONTEND=noninteractive

has() { for program; do PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || return 1; done; }

if has amqp-publish jq socat spamassassin postfix smtp-sink saslpasswd2; then exit; fi

as_root=
if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
$as_root apt-get update -qq || true
if ! has amqp-publish jq socat &&
    ! $as_root apt-get install -y -qq --no-install-recommends amqp-tools jq socat >/dev/null; then
    echo "The tests of docs/publish need the programs of Debian's amqp-tools, jq and socat: install them by hand." >&2
fi
if ! has spamassassin && ! $as_root apt-get install -y -qq --no-install-recommends spamassassin >/dev/null; then
    echo "The tests of what spam filters say need Debian's spamassassin: install it by hand." >&2
fi
if ! has postfix smtp-sink saslpasswd2; then
    if ! has postfix; then
        echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections || true
    fi
    if ! $as_root env RUNLEVEL=1 apt-get install -y -qq --no-install-recommends --no-remove \
        postfix sasl2-bin libsasl2-modules >/dev/null; then
        echo "The tests of the mail client need Debian's postfix, sasl2-bin and libsasl2-modules: install them by hand." >&2
    fi
fi
