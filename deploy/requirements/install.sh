#!/bin/sh
# Makes a virtual environment that holds exactly what a lock names: install.sh FOLDER LOCK
set -eu
folder=$1
lock=$2

for python in python3 python3.14 python3.13 python3.12 python3.11 ''; do
    if [ -z "$python" ]; then
        echo "Python 3.11 or newer is needed, and there is none on the PATH. On Debian or Ubuntu:" >&2
        echo "    apt-get install python3 python3-venv" >&2
        exit 1
    fi
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi
done

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python cannot make virtual environments: its venv module is missing. On Debian or Ubuntu:" >&2
    echo "    apt-get install python3-venv" >&2
    exit 1
fi

echo "Installing the locked packages into $folder, once; this takes about a minute." >&2
"$python" -m venv --clear "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
