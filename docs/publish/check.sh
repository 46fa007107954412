#!/usr/bin/env bash
# Says what would become of events, and changes nothing: bash check.sh FILE
#
# The file is .json (one event, or an array of them), .jsonl (one a line) or .csv. HANDELSBYER_WEB is https://<host>,
# and HANDELSBYER_BROKER the address with your system's name and password, which are the same here.
set -euo pipefail

file=${1:?which file?}
case $file in
*.csv) kind=text/csv ;;
*.jsonl) kind=application/x-ndjson ;;
*) kind=application/json ;;
esac
login=${HANDELSBYER_BROKER#*://}

curl --silent --show-error --config <(echo "user = ${login%@*}") --header "Content-Type: $kind" \
    --data-binary @- "$HANDELSBYER_WEB/upstream/check" <"$file" |
    jq -r 'if .messages then .messages[] else error(.detail) end |
        "\(.id) \(.outcome)", (.faults[] | "  \(.field) \(.reason); expected: \(.expected)")'
