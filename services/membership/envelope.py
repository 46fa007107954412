"""Reads what other systems send: CloudEvents in each of the forms that libraries write them (pure)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from shared.contracts.upstream import MESSAGES, Fault, Line, UpstreamMessage, fault, single_line

from .faults import faults_of
from .messages import Delivery, Refusal, Reported

PREFIXES = ("ce-", "ce_", "cloudevents:", "cloudevents_")
STRUCTURED = "application/cloudevents"
KNOWN = {message.type: message for message in MESSAGES}
FUTURE_ALLOWED = timedelta(minutes=5)
AN_INSTANT = "RFC 3339 with an offset, such as 2026-01-31T09:30:00Z"


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    dated = isinstance(value, str) and any(mark in value for mark in "Tt ")
    if dated or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise fault("time", "is no instant", AN_INSTANT)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise fault("time", "lies outside the calendar", AN_INSTANT) from None


class Attributes(BaseModel):
    """The CloudEvents attributes that we need."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    type: Annotated[str, Field(min_length=1, max_length=255)]
    source: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(single_line)]
    id: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(single_line)]
    time: Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_utc)]
    datacontenttype: str | None = None
    snapshot: Line | None = None


def read(delivery: Delivery, now: datetime) -> Reported | Refusal:
    """Parse a message and check all of it that can be checked without knowing the register."""
    try:
        attributes, data = _structured(delivery) if _is_structured(delivery) else _binary(delivery)
    except _Unreadable as why:
        return Refusal(None, None, None, (why.fault,))
    known, faults = _attributes(attributes, now)
    message, more = _message(attributes.get("type"), data)
    if known is None or message is None or faults:
        source, message_id, message_type = (_shown(attributes.get(name)) for name in ("source", "id", "type"))
        return Refusal(source, message_id, message_type, (*faults, *more))
    return Reported(
        system=delivery.system,
        source=known.source,
        id=known.id,
        time=known.time,
        correlation_id=str(uuid5(NAMESPACE_URL, f"{known.source}\n{known.id}")),
        message=message,
        snapshot=known.snapshot,
    )


class _Unreadable(Exception):
    def __init__(self, field: str, reason: str, expected: str) -> None:
        self.fault = Fault(field=field, code="unreadable", reason=reason, expected=expected)


def _is_structured(delivery: Delivery) -> bool:
    return (delivery.content_type or "").lower().startswith(STRUCTURED)


def _structured(delivery: Delivery) -> tuple[Mapping[str, object], bytes | None]:
    """All in the body: the attributes beside `data`."""
    if "batch" in (delivery.content_type or "").lower():
        raise _Unreadable("content-type", "is a batch of CloudEvents", "one CloudEvent a message")
    try:
        event = from_json(delivery.body, allow_inf_nan=False)
    except ValueError as why:
        raise _Unreadable("body", f"cannot be read: {why}", "a CloudEvent as a JSON object in UTF-8") from None
    if not isinstance(event, dict):
        raise _Unreadable("body", "is no JSON object", "a CloudEvent as a JSON object in UTF-8")
    if "data_base64" in event:
        raise _Unreadable("data_base64", "is binary data", "data as JSON in `data`")
    return event, json.dumps(event["data"]).encode() if "data" in event else None


def _binary(delivery: Delivery) -> tuple[Mapping[str, object], bytes | None]:
    """The attributes in headers, the data in the body."""
    attributes = {
        name.lower().removeprefix(prefix): value.decode(errors="replace") if isinstance(value, bytes) else value
        for name, value in delivery.headers.items()
        for prefix in PREFIXES
        if name.lower().startswith(prefix)
    }
    return {**attributes, "datacontenttype": delivery.content_type}, delivery.body or None


def _attributes(attributes: Mapping[str, object], now: datetime) -> tuple[Attributes | None, list[Fault]]:
    try:
        known = Attributes.model_validate(attributes)
    except ValidationError as why:
        return None, faults_of(why, "")
    faults = []
    if known.time > now + FUTURE_ALLOWED:
        reason, expected = (
            "lies more than five minutes ahead of our clock",
            "the time of the change, by a clock set right",
        )
        faults.append(Fault(field="time", code="time_ahead", reason=reason, expected=expected))
    media_type = (known.datacontenttype or "application/json").split(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        reason, expected = "is not JSON", "application/json"
        faults.append(Fault(field="datacontenttype", code="content_type", reason=reason, expected=expected))
    return known, faults


def _message(message_type: object, data: bytes | None) -> tuple[UpstreamMessage | None, list[Fault]]:
    if not isinstance(message_type, str):
        return None, []
    if message_type not in KNOWN:
        expected = "one of " + ", ".join(KNOWN)
        return None, [Fault(field="type", code="unknown_type", reason="is no type that we know", expected=expected)]
    if data is None:
        return None, [Fault(field="data", code="missing", reason="is missing", expected="a JSON object")]
    try:
        return KNOWN[message_type].model_validate_json(data), []
    except ValidationError as why:
        return None, faults_of(why, "data")


def _shown(value: object) -> str | None:
    """Return what may be stored and sent back of an attribute that may be anything."""
    return value[:255].replace("\0", "\ufffd") if isinstance(value, str) and value else None
