"""Content types that say what the message is not."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

from tests.support.builders import joined

from .forms import FORMS, STRUCTURED, attributes_of, structured, written
from .way import Broken, Named

NOT_JSON = ("application/xml", "text/plain; charset=utf-8", "text/json", "application/octet-stream", "json")
NO_SINGLE_EVENT = (
    ("application/cloudevents-batch+json", "said to be a batch"),
    ("application/cloudevents+xml", "said to be a CloudEvent in XML"),
    ("application/cloudevents+protobuf", "said to be a CloudEvent in Protobuf"),
)
NO_TEXT: tuple[Any, ...] = (7, True, ["application/json"], {})
ONE_FORM = "application/json, or all in the body and application/cloudevents+json"


def broken_content_types() -> Iterator[Broken]:
    """Return messages that are right but for their content type."""
    for said, form in zip(NOT_JSON, cycle(("ce-", "cloudEvents:", "cloudEvents_")), strict=False):
        message = joined()
        sent = replace(written(message, FORMS[form]), content_type=said)
        yield Broken("said not to be JSON", sent, message.id, (_fault("datacontenttype", "content_type"),))
    for said in NOT_JSON:
        yield _structured("its data said not to be JSON", said, "content_type")
    for value in NO_TEXT:
        yield _structured("its content type no text", value, "not_text")
    for said, way in NO_SINGLE_EVENT:
        message = joined()
        yield Broken(
            way, replace(written(message), content_type=said), message.id, (_fault("content-type", "content_type"),)
        )
    yield from _mixed()


def _structured(way: str, value: Any, code: str) -> Broken:
    message = joined()
    sent = structured({**attributes_of(message), "datacontenttype": value}, message.data)
    return Broken(way, sent, message.id, (_fault("datacontenttype", code),))


def _mixed() -> Iterator[Broken]:
    fault = _fault("content-type", "mixed_forms")
    for form in ("ce-", "cloudEvents:", "cloudEvents_"):
        message = joined()
        sent = replace(written(message, FORMS[form]), content_type=STRUCTURED)
        yield Broken("attributes in headers, said to be in the body", sent, message.id, (fault,))
    for said in ("application/json", "text/plain", "", None):
        message = joined()
        sent = replace(written(message, structured), content_type=said)
        yield Broken("attributes in the body, not said to be there", sent, message.id, (fault,))


def _fault(field: str, code: str) -> Named:
    return Named(field, code, ONE_FORM if field == "content-type" else "application/json")
