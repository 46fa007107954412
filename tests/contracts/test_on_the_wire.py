"""The examples are what really travels: the door takes each in, in every form that it names; so do the inboxes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from docs.generate.asyncapi import asyncapi
from docs.generate.messages import events, reports
from services.membership.envelope import read
from services.membership.messages import Delivery, Reported
from shared.contracts import meetings, membership, notifications
from shared.messaging import cloudevents

NOW = datetime(2027, 1, 1, tzinfo=UTC)
REPORTS = [example for message in reports() for example in message.examples]
EVENTS = [example for message in events() for example in message.examples]
KNOWN = {event.type: event for event in (*membership.EVENTS, *meetings.EVENTS, *notifications.EVENTS)}

Example = dict[str, Any]


def structured(example: Example) -> Delivery:
    return Delivery("register.x", "application/cloudevents+json", {}, json.dumps(example).encode(), NOW)


def binary(prefix: str) -> Callable[[Example], Delivery]:
    def deliver(example: Example) -> Delivery:
        headers = {f"{prefix}{name}": value for name, value in attributes(example).items()}
        return Delivery("register.x", "application/json", headers, json.dumps(example["data"]).encode(), NOW)

    return deliver


def attributes(example: Example) -> dict[str, str]:
    return {name: value for name, value in example.items() if name not in ("data", "datacontenttype")}


@pytest.mark.parametrize(
    "form",
    [structured, binary("ce-"), binary("cloudEvents:"), binary("cloudEvents_")],
    ids=["structured", "ce-", "cloudEvents:", "cloudEvents_"],
)
@pytest.mark.parametrize("example", REPORTS, ids=lambda example: example["type"])
def test_the_door_takes_in_an_example_in_every_form_that_it_names(
    example: Example, form: Callable[[Example], Delivery]
) -> None:
    taken = read(form(example), NOW)

    assert isinstance(taken, Reported)
    assert (taken.source, taken.id, taken.message.type) == (example["source"], example["id"], example["type"])


@pytest.mark.parametrize("example", EVENTS, ids=lambda example: example["type"])
def test_an_inbox_reads_an_example_from_the_headers_that_the_outbox_gives_it(example: Example) -> None:
    headers = cloudevents.headers(
        source=example["source"],
        event_id=example["id"],
        event_type=example["type"],
        time=datetime.fromisoformat(example["time"]),
        correlation_id=example["correlationid"],
    )

    heard = cloudevents.read(headers, json.dumps(example["data"]).encode(), KNOWN)

    assert heard.event.type == example["type"]
    assert headers == asyncapi()["components"]["messages"][example["type"]]["examples"][-1]["headers"]
