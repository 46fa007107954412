#!/usr/bin/env bash
# Publishes a CloudEvent and prints what became of it: bash publish.sh FILE
#
# The file holds the event as JSON. HANDELSBYER_BROKER is the address that the operator gave you:
# amqps://<system>:<password>@<host>:5671/
set -euo pipefail

patience=30 # seconds to wait for an answer
file=${1:?which file?}
id=$(jq -r .id "$file")

address='^amqp(s?)://([^:]+):([^@]+)@([^:/]+):([0-9]+)'
if ! [[ ${HANDELSBYER_BROKER:-} =~ $address ]]; then
    echo "HANDELSBYER_BROKER must be amqps://<system>:<password>@<host>:<port>/" >&2
    exit 1
fi
tls=${BASH_REMATCH[1]} system=${BASH_REMATCH[2]} password=${BASH_REMATCH[3]}
host=${BASH_REMATCH[4]} port=${BASH_REMATCH[5]}

# A file that only you may read, for everybody may see a command line.
login=$(mktemp)
trap 'rm "$login"; kill $(jobs -p) 2>/dev/null || true' EXIT
printf 'username:%s\npassword:%s\n' "$system" "$password" >"$login"

# With --authfile these tools speak no TLS on Debian 12, so socat does; it also checks the broker's certificate.
if [[ $tls ]]; then
    socat TCP-LISTEN:15671,bind=127.0.0.1,reuseaddr,fork "OPENSSL:$host:$port" &
    sleep 1
    kill -0 $! # still there, so it is socat that listens and nobody else
    host=127.0.0.1 port=15671
fi
broker=(--server="$host" --port="$port" --authfile="$login")
read_one=(amqp-consume "${broker[@]}" --queue="upstream.answers.$system" --count=1 --)

# Here is no confirm. What is not answered is published again, and taken in once, for its id stays the same.
for _ in 1 2 3; do
    timeout "$patience" amqp-publish "${broker[@]}" --exchange=upstream --routing-key="$system.members" \
        --persistent --content-type=application/cloudevents+json <"$file" || { sleep 5; continue; }
    # An answer is acknowledged once it stands in answers.jsonl.
    while timeout "$patience" "${read_one[@]}" sh -c 'jq -c . >>answers.jsonl'; do
        answer=$(tail -n 1 answers.jsonl)
        jq -r '"\(.message_id) " + if .faults then "rejected:"
                elif has("organisation_id") then "accepted: \(.organisation_id) version \(.organisation_version)"
                else "superseded" end,
            (.faults[]? | "  \(.field) \(.reason); expected: \(.expected)")' <<<"$answer"
        [[ $(jq -r .message_id <<<"$answer") != "$id" ]] || exit 0
    done
done
echo "not answered yet: $id" >&2
exit 1
