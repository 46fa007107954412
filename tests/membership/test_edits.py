"""What can be seen of a message whatever is wrong with it, and what of it a human may change."""

import base64
import json

import pytest

from services.membership.edits import Edit, editable, edited, opened
from services.membership.envelope import read
from services.membership.messages import EVENT_IN_JSON, Delivery, Reported
from tests.membership.broken import BROKEN, Broken
from tests.membership.conftest import EVENING, delivery
from tests.membership.test_envelope import GOOD
from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    left,
    snapshot_ended,
    snapshot_started,
    updated,
)

RIGHT = {
    message.type: message
    for message in (
        GOOD,
        updated(),
        left(),
        appointed(contact()),
        contact_updated(contact()),
        departed(),
        snapshot_started(),
        snapshot_ended(0),
    )
}
ALL = ("type", "source", "id", "time")


def structured(message: Message, **changes: object) -> Delivery:
    attributes = {name.removeprefix("ce-"): value for name, value in message.headers.items()}
    event = {**attributes, "data": message.data, **changes}
    body = json.dumps({name: value for name, value in event.items() if value is not None}).encode()
    return delivery(message, EVENING, headers={}, body=body, content_type=EVENT_IN_JSON)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (delivery(GOOD, EVENING), ()),
        (delivery(GOOD, EVENING, body=b"{}"), ()),
        (delivery(GOOD, EVENING, headers={}), ALL),
        (delivery(GOOD, EVENING, headers={**GOOD.headers, "ce-id": " x", "ce-type": "new"}), ("type", "id")),
        (delivery(GOOD, EVENING, headers={**GOOD.headers, "ce-time": "2036-01-01T00:00:00Z"}), ("time",)),
        (structured(GOOD, source=None), ("source",)),
        (structured(GOOD, data=None, data_base64="e30="), ()),
        (delivery(GOOD, EVENING, headers={}, body=b"\xff", content_type=EVENT_IN_JSON), ALL),
        (delivery(GOOD, EVENING, headers={}, body=b"[]", content_type="application/cloudevents-batch+json"), ALL),
        (delivery(GOOD, EVENING, content_type=EVENT_IN_JSON), ()),
    ],
)
def test_what_is_missing_or_wrong_may_be_edited(sent: Delivery, expected: tuple[str, ...]) -> None:
    assert editable(sent, EVENING) == expected


def test_data_in_base64_is_shown_for_what_it_is() -> None:
    written = base64.b64encode(b'{"since": "2026-01-01"}').decode()

    shown = opened(structured(GOOD, data=None, data_base64=written))

    assert (shown.attributes["id"], shown.data) == (GOOD.id, b'{"since": "2026-01-01"}')


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.way)
def test_every_broken_message_can_be_mended(broken: Broken) -> None:
    sent = broken.sent.delivered(EVENING)
    right = {
        "type": GOOD.type,
        "source": GOOD.source,
        "id": GOOD.id,
        "time": GOOD.time.isoformat(),
        "snapshot": "spring",
    }
    attributes = {name: right[name] for name in editable(sent, EVENING)}
    message_type = attributes.get("type") or opened(sent).attributes["type"]

    made = edited(sent, Edit(attributes, json.dumps(RIGHT[message_type].data)), EVENING)

    again = read(Delivery("register.x", EVENT_IN_JSON, {}, made, EVENING), EVENING)
    assert isinstance(again, Reported)
