"""Headers in octets that are not UTF-8, of kinds that no text is of, given twice, or under a name that nobody knows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.support.builders import joined
from tests.support.wire import Octets, text

from .forms import written
from .way import Broken, Named

INSTANT = "RFC 3339 with an offset"
NAMES_IT = "text that names this message alone"

# What is wrong, the attribute and its value; the code, and what would be right.
ATTRIBUTES: tuple[tuple[str, str, Any, str, str], ...] = (
    ("source in Latin-1", "source", text(b"/k\xf8ge"), "lost_character", "text in UTF-8"),
    ("type in UTF-16", "type", text("upstream".encode("utf-16-le")), "unknown_type", "one of upstream."),
    ("type a timestamp", "type", datetime(2026, 3, 2, tzinfo=UTC), "not_text", "the type of the message"),
    ("specversion a decimal number", "specversion", Decimal("1.0"), "not_one_of_these", "'1.0'"),
    ("time in Latin-1", "time", text(b"2. m\xe5rts 2026"), "time", INSTANT),
    ("time a timestamp after the calendar", "time", Octets(b"T", b"\xff" * 8), "time", INSTANT),
    ("time a decimal number", "time", Decimal(1772438400), "time", INSTANT),
    ("time a double", "time", Octets(b"d", b"\x7f\xef" + b"\xff" * 6), "time", INSTANT),
)
# The same of ids, and what the answer calls the message.
IDS: tuple[tuple[str, Any, str, str, str | None], ...] = (
    ("id in Latin-1", text(b"sm\xf8r"), "lost_character", "text in UTF-8", "sm\ufffdr"),
    ("id in Latin-1, as octets", bytearray(b"sm\xf8r"), "lost_character", "text in UTF-8", "sm\ufffdr"),
    ("id in UTF-16", text("æ".encode("utf-16-be")), "forbidden_character", "one line of visible text", "\ufffd\ufffd"),
    ("id a timestamp", datetime(2026, 3, 2, tzinfo=UTC), "not_text", NAMES_IT, None),
    ("id a decimal number", Decimal("1.5"), "not_text", NAMES_IT, None),
)
ALL_ARE_MISSING = (
    Named("specversion", "missing", "ce-specversion"),
    Named("type", "missing", "ce-type"),
    Named("source", "missing", "ce-source"),
    Named("id", "missing", "ce-id"),
    Named("time", "missing", "ce-time"),
)


def broken_headers() -> Iterator[Broken]:
    """Return messages in binary mode."""
    for way, name, value, code, right in ATTRIBUTES:
        message = joined()
        headers = {**message.headers, f"ce-{name}": value}
        yield Broken(way, replace(written(message), headers=headers), message.id, (Named(name, code, right),))
    for way, value, code, right, answered in IDS:
        message = joined()
        headers = {**message.headers, "ce-id": value}
        yield Broken(way, replace(written(message), headers=headers), answered, (Named("id", code, right),))
    yield from _under_no_known_name()
    yield from _given_twice()


def _under_no_known_name() -> Iterator[Broken]:
    for way, prefix in (
        ("headers without a prefix", ""),
        ("headers with a prefix that nobody uses", "event-"),
        ("headers with the prefix of Kafka", "ce "),
    ):
        sent = written(joined())
        headers = {name.replace("ce-", prefix): value for name, value in sent.headers.items()}
        yield Broken(way, replace(sent, headers=headers), None, ALL_ARE_MISSING)
    yield Broken("no headers", replace(written(joined()), headers={}), None, ALL_ARE_MISSING)


def _given_twice() -> Iterator[Broken]:
    for name in ("specversion", "type", "source", "id", "time"):
        message = joined()
        headers = {**message.headers, f"cloudEvents:{name}": "another"}
        answered = None if name == "id" else message.id
        fault = Named(name, "given_twice", "one header for each attribute")
        yield Broken(f"two headers for {name}", replace(written(message), headers=headers), answered, (fault,))
