"""What other systems report to us, and what we answer them: the open event door."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, ClassVar
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from shared.contracts.event import Event, Value
from shared.contracts.membership import Language, Role

MOST_CONTACTS = 100
MOST_IN_A_SNAPSHOT = 1_000_000
CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
LINE_BREAKS = [0x2028, 0x2029]
DIRECTION_OVERRIDES = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
FORBIDDEN = frozenset(map(chr, CONTROLS + LINE_BREAKS + DIRECTION_OVERRIDES))
LOST = "\ufffd"
A_DATE = "a date as YYYY-MM-DD"
A_CVR = "eight digits that satisfy the modulus-11 check"
A_WEB_ADDRESS = "a web address such as https://koege.example"
AN_ADDRESS = "an e-mail address such as anna@koege.example, in a-z and 0-9 before the @"
MOST_OF_A_REASON = 200
_URL = TypeAdapter(HttpUrl)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def fault(code: str, reason: str, expected: str) -> PydanticCustomError:
    """Return a validation fault with a stable code, what is wrong, and what would be right."""
    short = reason[:MOST_OF_A_REASON]
    return PydanticCustomError("rule", "{reason}", {"code": code, "reason": short, "expected": expected})


def single_line(text: str) -> str:
    if not FORBIDDEN.isdisjoint(text):
        listed = ", ".join(sorted(f"U+{ord(character):04X}" for character in FORBIDDEN.intersection(text)))
        raise fault(
            "forbidden_character",
            f"holds a control character or an override of the writing direction: {listed}",
            "one line of visible text",
        )
    if LOST in text:
        raise fault(
            "lost_character", "holds U+FFFD in the place of a letter that was lost", "text in UTF-8 all the way"
        )
    if text != text.strip():
        raise fault("surrounding_blanks", "begins or ends with a blank", "the text without blanks around it")
    return text


# Who reports a contact often reports it again.
@lru_cache(maxsize=10_000)
def _reachable(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as why:
        raise fault("email", f"is no e-mail address: {why}", AN_ADDRESS) from None
    return found.ascii_email or found.normalized


def _cvr(number: str) -> str:
    digits = number.isascii() and number.isdigit() and len(number) == len(CVR_WEIGHTS)
    if not digits or sum(int(d) * w for d, w in zip(number, CVR_WEIGHTS, strict=True)) % 11:
        raise fault("cvr", "is no CVR number", A_CVR)
    return number


def _web_address(address: str) -> str:
    try:
        _URL.validate_python(address)
    except ValidationError:
        raise fault("website", "is no web address", A_WEB_ADDRESS) from None
    return address


def _date(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise fault("date", "is no date", A_DATE)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fault("date", "is no day of the calendar", A_DATE) from None


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(single_line)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_date)]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "idn-email"}), AfterValidator(_reachable)]
Cvr = Annotated[str, Field(json_schema_extra={"pattern": r"^[0-9]{8}$"}), AfterValidator(_cvr)]
Website = Annotated[
    str,
    Field(max_length=2000, json_schema_extra={"format": "iri"}),
    AfterValidator(single_line),
    AfterValidator(_web_address),
]


class Report(BaseModel):
    """A part of what an upstream system reports; types are strict, unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class OrganisationReport(Report):
    """An organisation as its publisher knows it; `key` is the publisher's own identifier, unique in its source."""

    key: Line
    name: Line
    kind: Line = Field(description="association, business_council, municipality, partner, or what operators added.")
    town: Line
    municipality_code: Annotated[str, Field(pattern=r"^[0-9]{3}$")] = Field(
        description="The official code of the municipality. Two towns may share one."
    )
    region: Line | None = None
    cvr: Cvr | None = Field(None, description="The number in the central business register, check digit included.")
    website: Website | None = None


class ContactReport(Report):
    """A person who acts for an organisation; `key` is the publisher's own identifier, unique in its source."""

    key: Line
    name: Line
    email: Email = Field(description="Where we write. One address is one person, whoever reports it.")
    phone: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(single_line)] | None = None
    title: Line | None = Field(None, description="As the person is called there, in free text.")
    role: Role
    language: Language = Field("da", description="The one that we write in.")


def _not_too_many(contacts: object) -> object:
    """Look at the length first: a fault in each of a hundred thousand makes an answer that no broker takes."""
    if isinstance(contacts, list) and len(contacts) > MOST_CONTACTS:
        raise fault("too_many", f"lists {len(contacts)}", f"at most {MOST_CONTACTS} contacts a message")
    return contacts


def _distinct_keys(contacts: Sequence[ContactReport]) -> Sequence[ContactReport]:
    keys = [contact.key for contact in contacts]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise fault("key_twice", f"names the key {twice[0]} twice", "each contact once")
    return contacts


class UpstreamMessage(Report):
    """What another system reports: about one organisation, or that its complete list begins or ends."""

    type: ClassVar[str]


class OrganisationJoined(UpstreamMessage):
    """An organisation is a member from `since`, and each listed contact acts for it; ends nobody's mandate."""

    type: ClassVar[str] = "upstream.organisation_joined.v1"

    organisation: OrganisationReport
    since: Day = Field(description="The first day as a member, and of each contact's mandate.")
    contacts: Annotated[
        tuple[ContactReport, ...],
        Field(strict=False, max_length=MOST_CONTACTS),
        BeforeValidator(_not_too_many),
        AfterValidator(_distinct_keys),
    ]


class OrganisationUpdated(UpstreamMessage):
    """What is known of an organisation has changed."""

    type: ClassVar[str] = "upstream.organisation_updated.v1"

    organisation: OrganisationReport


class OrganisationLeft(UpstreamMessage):
    """An organisation is no longer a member; `on` is the first day without. Ends every older mandate."""

    type: ClassVar[str] = "upstream.organisation_left.v1"

    organisation_key: Line
    on: Day = Field(description="The first day without.")
    reason: Annotated[str, Field(max_length=500), AfterValidator(single_line)] | None = None


class ContactAppointed(UpstreamMessage):
    """A contact acts for an organisation from `since`."""

    type: ClassVar[str] = "upstream.contact_appointed.v1"

    organisation_key: Line
    contact: ContactReport
    since: Day = Field(description="The first day of the mandate.")


class ContactUpdated(UpstreamMessage):
    """What is known of a contact has changed: name, address, language, role or title."""

    type: ClassVar[str] = "upstream.contact_updated.v1"

    organisation_key: Line
    contact: ContactReport


class ContactDeparted(UpstreamMessage):
    """A contact no longer acts for an organisation; `on` is the first day without."""

    type: ClassVar[str] = "upstream.contact_departed.v1"

    organisation_key: Line
    contact_key: Line
    on: Day = Field(description="The first day without.")


class SnapshotMessage(UpstreamMessage):
    """About a snapshot: a system's complete list, whose messages carry the CloudEvents attribute `snapshot`."""

    snapshot: Line = Field(description="Your own name of the list, another one each time; in each of its messages.")


class SnapshotStarted(SnapshotMessage):
    """A system begins to send all that it knows: each organisation and each contact that acts for one now."""

    type: ClassVar[str] = "upstream.snapshot_started.v1"


class SnapshotEnded(SnapshotMessage):
    """All of the list is sent. What we know of this source and is not on it is shown to the secretariat."""

    type: ClassVar[str] = "upstream.snapshot_ended.v1"

    messages: Annotated[int, Field(ge=0, le=MOST_IN_A_SNAPSHOT)] = Field(
        description="How many messages are on the list; each counts once, however often it is sent."
    )


MESSAGES: tuple[type[UpstreamMessage], ...] = (
    OrganisationJoined,
    OrganisationUpdated,
    OrganisationLeft,
    ContactAppointed,
    ContactUpdated,
    ContactDeparted,
    SnapshotStarted,
    SnapshotEnded,
)


class Fault(Value):
    """One thing that is wrong with a message, and what would be right."""

    field: str = Field(
        description="Where: a CloudEvents attribute (`id`), a path in the data (`data.contacts[0].email`), the `body` "
        "or its `content-type`; empty where the fault is ours."
    )
    code: str = Field(description="Stable, for programs.")
    reason: str
    expected: str


class Answer(Event):
    """What became of one message, sent to the queue of the system that published it."""

    message_source: str | None = Field(description="The CloudEvents source of the message, where it had one.")
    message_id: str | None = Field(description="The CloudEvents id of the message, where it had one.")
    message_type: str | None = Field(description="The CloudEvents type of the message, where it had one.")


class MessageAccepted(Answer):
    """The message was taken in, now or when it first came."""

    type: ClassVar[str] = "upstream.message_accepted.v1"

    organisation_id: UUID | None = Field(description="Null where the message speaks of no organisation: a snapshot.")
    organisation_version: int | None = Field(description="Which version of it holds now.")


class MessageSuperseded(Answer):
    """We knew something newer already; the message changed nothing."""

    type: ClassVar[str] = "upstream.message_superseded.v1"


class MessageRejected(Answer):
    """The message changed nothing and is kept for a human to see; its id may be used again once repaired."""

    type: ClassVar[str] = "upstream.message_rejected.v1"

    faults: tuple[Fault, ...] = Field(description="All of them, or the first hundred and how many more there are.")


ANSWERS: tuple[type[Answer], ...] = (MessageAccepted, MessageSuperseded, MessageRejected)
