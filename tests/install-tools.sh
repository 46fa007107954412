#!/bin/sh
# Installs the tools of a system that reports from the command line, docs/publish/publish.sh, where they are missing.
set -eu
export DEBIAN_FRONTEND=noninteractive

if command -v amqp-publish && command -v jq && command -v socat; then exit; fi >/dev/null

as_root=
if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
if ! $as_root apt-get update -qq ||
    ! $as_root apt-get install -y -qq --no-install-recommends amqp-tools jq socat >/dev/null; then
    echo "The tests of docs/publish need the programs of Debian's amqp-tools, jq and socat: install them by hand." >&2
fi
