"""Publishes CloudEvents and prints what became of each: python publish.py FILE ...

A file holds one event as JSON. HANDELSBYER_BROKER is the address that the operator gave you:
amqps://<system>:<password>@<host>:5671/
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import (
    AMQPChannelError,
    AMQPConnectionError,
    NackError,
    ProbableAuthenticationError,
    UnroutableError,
)

PAUSES = (1, 5, 25)  # seconds before another try
PATIENCE = 30  # seconds to wait for an answer
PERSISTENT = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)

Messages = dict[tuple[str | None, str | None], bytes]  # by source and id


def main(files: list[str]) -> None:
    """Publish until all is answered; what comes twice is taken in once, for its id stays the same."""
    broker = address(os.environ.get("HANDELSBYER_BROKER") or sys.exit("HANDELSBYER_BROKER is not set"))
    broker.blocked_connection_timeout = PATIENCE
    unanswered = dict(map(read, files))
    for pause in (*PAUSES, None):
        try:
            with pika.BlockingConnection(broker) as connection:
                channel = connection.channel()
                publish(channel, broker.credentials.username, unanswered)
                read_answers(channel, broker.credentials.username, unanswered)
            break
        except (ProbableAuthenticationError, AMQPChannelError, UnroutableError) as why:
            sys.exit(f"refused: {why!r}")
        except (AMQPConnectionError, NackError, OSError) as why:
            if pause is None:
                sys.exit(f"given up: {why!r}")
            print(f"{why!r}; again in {pause} s", file=sys.stderr)
            time.sleep(pause)
    if unanswered:
        sys.exit(f"not answered yet: {', '.join(str(message_id) for _, message_id in unanswered)}")


def address(url: str) -> pika.URLParameters:
    """Read the address that the operator gave you."""
    try:
        return pika.URLParameters(url)
    except (ValueError, IndexError, TypeError):  # so pika says that it is no address, or has no password
        sys.exit("HANDELSBYER_BROKER must be amqps://<system>:<password>@<host>:<port>/")


def read(file: str) -> tuple[tuple[str | None, str | None], bytes]:
    """Return what an answer will call the event, and the event."""
    try:
        body = Path(file).read_bytes()
        event = json.loads(body)
    except (OSError, ValueError) as why:
        sys.exit(f"{file}: {why}")
    if not isinstance(event, dict):
        sys.exit(f"{file}: must hold one event, a JSON object")
    return (event.get("source"), event.get("id")), body


def publish(channel: BlockingChannel, system: str, messages: Messages) -> None:
    """Return once the broker has confirmed each; raises where it could not take one, or no queue wants it."""
    channel.confirm_delivery()
    for body in messages.values():
        channel.basic_publish("upstream", f"{system}.members", body, PERSISTENT, mandatory=True)


def read_answers(channel: BlockingChannel, system: str, unanswered: Messages) -> None:
    """Read until all is answered, or nothing has come for a while; acknowledge only what is dealt with."""
    for delivery, properties, body in channel.consume(f"upstream.answers.{system}", inactivity_timeout=PATIENCE):
        if delivery is None:
            return
        answer = json.loads(body)
        deal_with(properties.headers["ce-type"], answer)
        channel.basic_ack(delivery.delivery_tag)
        unanswered.pop((answer["message_source"], answer["message_id"]), None)
        if not unanswered:
            return


def deal_with(kind: str, answer: dict[str, Any]) -> None:
    """Here your system notes what became of its message."""
    if kind == "upstream.message_accepted.v1":
        print(answer["message_id"], "accepted:", answer["organisation_id"], "version", answer["organisation_version"])
    elif kind == "upstream.message_superseded.v1":
        print(answer["message_id"], "superseded")
    elif kind == "upstream.message_rejected.v1":
        print(answer["message_id"], "rejected:")
        for fault in answer["faults"]:
            print(f"  {fault['field']} {fault['reason']}; expected: {fault['expected']}")


if __name__ == "__main__":
    main(sys.argv[1:] or sys.exit(__doc__))
