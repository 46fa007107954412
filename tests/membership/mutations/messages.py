"""Good messages with something dropped, replaced, retyped or enlarged: in data, attributes, headers and octets."""

from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.membership.broken.forms import FORMS, attributes_of
from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    joined,
    left,
    snapshot_ended,
    snapshot_started,
    updated,
)
from tests.support.wire import Sent

from .headers import CONTENT_TYPES, HEADER_NAMES, HEADER_VALUES, in_header
from .values import changed_values

# What `deploy/rabbitmq/rabbitmq.conf` lets through, and a frame.
MOST_OCTETS = 64 * 1024
MOST_OCTETS_OF_HEADERS = 128 * 1024 - 100
GOOD: tuple[Message, ...] = (
    joined("koege", contact("anna", phone="+45 00 00 11 87", title="Formand"), cvr="99120304"),
    joined("ringsted", contact("bo"), contact("carl"), website="https://ringsted.example"),
    updated("koege", region=None),
    left("ringsted", reason="sammenlagt"),
    appointed(contact("dora", language="en")),
    contact_updated(contact("anna", role="chair")),
    departed("bo", "ringsted"),
    snapshot_started(),
    snapshot_ended(0),
)
IDS = st.integers(100_000, 999_999)


@st.composite
def changed_octets(draw: st.DrawFn, body: bytes) -> bytes:
    """Cut, repeat, insert or recode octets of a body."""
    begin, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
    match draw(st.sampled_from(["cut", "repeat", "insert", "recode"])):
        case "cut":
            return body[:begin] + body[end:]
        case "repeat":
            return body[:end] + body[begin:]
        case "insert":
            return body[:begin] + draw(st.binary(max_size=8)) + body[begin:]
    encoding = draw(st.sampled_from(["latin-1", "utf-16", "utf-32-le", "utf-8-sig", "utf-7"]))
    return body.decode(errors="replace").encode(encoding, errors="replace")


@st.composite
def written(draw: st.DrawFn, attributes: dict[str, Any], data: Any) -> Sent:
    """Return a message in any form."""
    name = draw(st.sampled_from(list(FORMS)))
    if name != "structured":
        attributes = {name: in_header(value) for name, value in attributes.items()}
    return FORMS[name](attributes, data)


@st.composite
def mutated(draw: st.DrawFn) -> Sent:
    """Return a good message in any form, with one to three things wrong with it, or strange, or none after all."""
    message = replace(draw(st.sampled_from(GOOD)), id=f"message-{draw(IDS)}")
    attributes, data = attributes_of(message), message.data
    changes = draw(
        st.lists(st.sampled_from(["attributes", "data", "headers", "type", "octets"]), min_size=1, max_size=3)
    )
    if "attributes" in changes:
        changed = draw(changed_values(attributes))
        attributes = changed if isinstance(changed, dict) else {**attributes, "id": changed}
    if "data" in changes:
        data = draw(changed_values(data))
    sent = draw(written(attributes, data))
    if "headers" in changes:
        added = draw(st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=3))
        sent = replace(sent, headers={**sent.headers, **added})
    if "type" in changes:
        sent = replace(sent, content_type=draw(CONTENT_TYPES))
    if "octets" in changes:
        sent = replace(sent, body=draw(changed_octets(sent.body)))
    assume(len(sent.properties.marshal()) < MOST_OCTETS_OF_HEADERS)
    return replace(sent, body=sent.body[:MOST_OCTETS])
