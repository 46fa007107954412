"""Headers and content types of every kind that the broker takes, in any octets."""

import math
import struct
from typing import Any

from hypothesis import strategies as st

from tests.membership.broken.forms import STRUCTURED
from tests.support.wire import Octets, nested, table, text


def _finite(kind: bytes, octets: bytes) -> bool:
    """Tell whether the broker can read a number; where not, it ends the sender's connection."""
    return kind not in (b"f", b"d") or math.isfinite(struct.unpack(">f" if kind == b"f" else ">d", octets)[0])


def _fixed(size: int, kinds: str) -> st.SearchStrategy[Octets]:
    octets = st.binary(min_size=size, max_size=size)
    made = st.tuples(st.sampled_from([kind.encode() for kind in kinds]), octets)
    return made.filter(lambda one: _finite(*one)).map(lambda one: Octets(*one))


HEADER_VALUES = st.recursive(
    _fixed(0, "V")
    | _fixed(1, "tbB")
    | _fixed(2, "su")
    | _fixed(4, "Iif")
    | _fixed(5, "D")
    | _fixed(8, "dlLT")
    | st.binary(max_size=300).map(text)
    | st.binary(max_size=300).map(lambda octets: Octets(b"x", text(octets).octets))
    | st.builds(nested, st.integers(1, 3000), st.sampled_from([b"A", b"\0F"])),
    lambda inner: st.dictionaries(st.binary(max_size=5), inner, max_size=3).map(table),
    max_leaves=4,
)
HEADER_NAMES = (
    st.sampled_from([f"{prefix}{name}" for prefix in ("ce-", "CE-", "cloudEvents:") for name in ("id", "time", "type")])
    | st.sampled_from(["ce-", "ce-snapshot", "x-origin-routing-key", "x-death", "traceparent"])
    | st.binary(max_size=255)
).filter(lambda name: name not in (b"CC", b"BCC"))
CONTENT_TYPES = (
    st.none()
    | st.sampled_from(
        [
            "",
            "application/json",
            "text/plain",
            STRUCTURED,
            "application/cloudevents",
            "application/cloudevents-batch+json",
        ]
    )
    | st.binary(max_size=255)
)


def in_header(value: Any) -> Any:
    """Return a JSON value as a header can hold it; as text what no number of AMQP is."""
    match value:
        case list():
            return [in_header(one) for one in value]
        case dict():
            return {name: in_header(one) for name, one in value.items()}
        case bool() | str() | None:
            return value
        case int() if -(2**63) <= value < 2**63:
            return value
        case float() if math.isfinite(value):
            return Octets(b"d", struct.pack(">d", value))
    return str(value)
