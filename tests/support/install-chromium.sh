#!/bin/sh
# Installs Debian's (or Ubuntu's) browser without a window, with a font to show text in. Run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu
