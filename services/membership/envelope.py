"""Reads what other systems send: the attributes that we need, and a message as the contract describes it (pure)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)

from shared.contracts.upstream import MESSAGES, Fault, Line, UpstreamMessage, fault, single_line

from .faults import AN_INSTANT, RIGHT, faults_of_attributes, faults_of_data
from .forms import Unreadable, take_apart
from .messages import Delivery, Refusal, Reported

KNOWN = {message.type: message for message in MESSAGES}
MOST_FAULTS = 100
FUTURE_ALLOWED = timedelta(minutes=5)
JSON = "application/json"


def _type(name: str) -> str:
    if name not in KNOWN:
        raise fault("unknown_type", "is no type that we know", "one of " + ", ".join(KNOWN))
    return name


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


def _not_ahead(moment: datetime, info: ValidationInfo[datetime]) -> datetime:
    if moment > info.context + FUTURE_ALLOWED:
        reason = f"lies more than {FUTURE_ALLOWED.seconds // 60} minutes ahead of our clock"
        raise fault("time_ahead", reason, "the time of the change, by a clock set right")
    return moment


def _json(media_type: str) -> str:
    essence = media_type.split(";")[0].strip().lower()
    if essence not in ("", JSON) and not essence.endswith("+json"):
        raise fault("content_type", "is not JSON", JSON)
    return media_type


class Attributes(BaseModel):
    """The CloudEvents attributes that we need."""

    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    type: Annotated[str, AfterValidator(_type)]
    source: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(single_line)]
    id: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(single_line)]
    time: Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_utc), AfterValidator(_not_ahead)]
    datacontenttype: Annotated[str, AfterValidator(_json)] | None = None
    snapshot: Line | None = None


def read(delivery: Delivery, now: datetime) -> Reported | Refusal:
    """Parse a message and check all of it that can be checked without knowing the register."""
    try:
        attributes, data = take_apart(delivery)
    except Unreadable as why:
        return _refusal(why.attributes, [why.fault])
    known, faults = _known(attributes, now)
    message, more = _message(attributes.get("type"), data)
    if known is None or message is None:
        return _refusal(attributes, [*faults, *more])
    return Reported(
        system=delivery.system,
        source=known.source,
        id=known.id,
        time=known.time,
        correlation_id=str(uuid5(NAMESPACE_URL, f"{known.source}\n{known.id}")),
        message=message,
        snapshot=known.snapshot,
    )


def _known(attributes: Mapping[str, object], now: datetime) -> tuple[Attributes | None, list[Fault]]:
    try:
        return Attributes.model_validate(attributes, context=now), []
    except ValidationError as why:
        return None, faults_of_attributes(why)


def _message(message_type: object, data: bytes | None) -> tuple[UpstreamMessage | None, list[Fault]]:
    """Read the data of a message whose type we know."""
    contract = KNOWN.get(message_type) if isinstance(message_type, str) else None
    if contract is None:
        return None, []
    if data is None:
        return None, [Fault(field="data", code="missing", reason="is missing", expected=RIGHT["data"])]
    try:
        return contract.model_validate_json(data), []
    except ValidationError as why:
        return None, faults_of_data(why, data)


def _refusal(attributes: Mapping[str, object], faults: list[Fault]) -> Refusal:
    source, message_id, message_type = (_shown(attributes.get(name)) for name in ("source", "id", "type"))
    return Refusal(source, message_id, message_type, (*faults[:MOST_FAULTS], *_the_rest(len(faults) - MOST_FAULTS)))


def _the_rest(count: int) -> list[Fault]:
    """Count what is not named: an answer must fit into a message."""
    if count <= 0:
        return []
    return [
        Fault(field="", code="further_faults", reason=f"{count} further faults", expected="those named mended first")
    ]


def _shown(value: object) -> str | None:
    """Return what may be stored and sent back of an attribute that may be anything."""
    number = isinstance(value, int) and not isinstance(value, bool)
    return str(value)[:255].replace("\0", "\ufffd") if value and (number or isinstance(value, str)) else None
