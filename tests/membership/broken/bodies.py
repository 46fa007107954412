"""Bodies that are no JSON in UTF-8, or not the JSON that they should be."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

from tests.support.builders import joined

from .forms import FORMS, STRUCTURED, attributes_of, structured, written
from .way import Broken, Named

JSON = "JSON in UTF-8"
TEXT = joined("koege").body.decode()

# What is wrong, the octets (the data in binary mode, all in structured mode); the code, and what would be right.
UNREADABLE: tuple[tuple[str, bytes, str, str], ...] = (
    ("blanks alone", b" \n\t ", "not_json", JSON),
    ("JSON that breaks off", TEXT[:40].encode(), "not_json", JSON),
    ("a comma too much", TEXT.replace("}", ",}").encode(), "not_json", JSON),
    ("a comma too few", TEXT.replace(", ", " ").encode(), "not_json", JSON),
    ("names without quotes", b"{organisation: {}}", "not_json", JSON),
    ("names in single quotes", TEXT.replace('"', "'").encode(), "not_json", JSON),
    ("values as Python writes them", b'{"organisation": None}', "not_json", JSON),
    ("a comment", b"// by the register\n" + TEXT.encode(), "not_json", JSON),
    ("two objects", (TEXT + TEXT).encode(), "not_json", JSON),
    ("a line break within a text", TEXT.replace("Køge", "Kø\nge").encode(), "not_json", JSON),
    ("half a pair of surrogates", TEXT.replace("Køge", "K\\ud83dge").encode(), "not_json", JSON),
    ("a number without end", TEXT.replace("[]", "9" * 5000).encode(), "not_json", JSON),
    ("lists without end", b"[" * 65_000, "not_json", JSON),
    ("XML", b"<organisation><key>koege</key></organisation>", "not_json", JSON),
    ("a form", b"organisation=koege&since=2026-01-01", "not_json", JSON),
    ("CSV", b"key;name\nkoege;K", "not_json", JSON),
    ("Base64", b"eyJvcmdhbmlzYXRpb24iOiB7fX0=", "not_json", JSON),
    ("octets of chance", bytes(range(1, 256)), "not_utf8", JSON),
    ("Latin-1", TEXT.encode("latin-1"), "not_utf8", JSON),
    ("UTF-16 with a mark", TEXT.encode("utf-16"), "not_utf8", JSON),
    ("UTF-16 without a mark", TEXT.encode("utf-16-be"), "not_utf8", JSON),
    ("UTF-32", TEXT.encode("utf-32-le"), "not_utf8", JSON),
    ("UTF-8 with a mark", TEXT.encode("utf-8-sig"), "byte_order_mark", "without a mark before it"),
    ("compressed by gzip", gzip.compress(TEXT.encode()), "compressed", "not compressed"),
    ("compressed by zlib", zlib.compress(TEXT.encode()), "not_utf8", JSON),
    ("NUL alone", b"\0", "not_utf8", JSON),
)
# What is wrong, and the value where the data should stand.
NO_OBJECT: tuple[tuple[str, Any], ...] = (
    ("data null", None),
    ("data a number", 7),
    ("data a truth value", True),
    ("data a text", "koege"),
    ("data a text that holds JSON", TEXT),
    ("data a list", []),
    ("data a list of what it should be", [json.loads(TEXT)]),
)


def broken_bodies() -> Iterator[Broken]:
    """Return each unreadable body in binary and structured mode, and what can be read and is no object."""
    for (way, octets, code, right), form in zip(
        UNREADABLE, cycle(("ce-", "cloudEvents:", "cloudEvents_")), strict=False
    ):
        message = joined()
        sent = replace(written(message, FORMS[form]), body=octets)
        yield Broken(way, sent, message.id, (Named("data", code, right),))
        yield Broken(way, replace(sent, headers={}, content_type=STRUCTURED), None, (Named("body", code, right),))
    for (way, value), form in zip(NO_OBJECT, cycle(FORMS), strict=False):
        message = joined()
        sent = FORMS[form](attributes_of(message), value)
        yield Broken(way, sent, message.id, (Named("data", "not_an_object", "a JSON object"),))
    yield from _without_data()
    yield from _no_events()


def _without_data() -> Iterator[Broken]:
    missing = Named("data", "missing", "a JSON object")
    for form in ("ce-", "cloudEvents:", "cloudEvents_"):
        message = joined()
        yield Broken("no body", replace(written(message, FORMS[form]), body=b""), message.id, (missing,))
    message = joined()
    event = attributes_of(message)
    sent = replace(written(message, structured), body=json.dumps(event).encode())
    yield Broken("no data", sent, message.id, (missing,))
    sent = replace(sent, body=json.dumps({**event, "data_base64": "e30="}).encode())
    yield Broken("data in Base64", sent, message.id, (Named("data_base64", "binary_data", "a JSON object in `data`"),))


def _no_events() -> Iterator[Broken]:
    for way, value in (("an event that is null", None), ("an event that is a list", [attributes_of(joined())])):
        sent = replace(written(joined(), structured), body=json.dumps(value).encode())
        yield Broken(way, sent, None, (Named("body", "not_an_object", "a whole CloudEvent as a JSON object"),))
    sent = replace(written(joined(), structured), body=b'{"specversion": "1.0", "time": NaN}')
    yield Broken("an event with NaN", sent, None, (Named("body", "not_json", JSON),))
