"""membership, straightforward: takes in a message, changes its rows, and writes what it says to the outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

from shared.contracts.event import Event
from shared.contracts.membership import (
    Mandate,
    MandateStarted,
    MemberJoined,
    MemberUpdated,
    Organisation,
    Person,
    PersonUpdated,
)
from shared.contracts.upstream import (
    MESSAGES,
    ContactAppointed,
    ContactReport,
    ContactUpdated,
    MessageAccepted,
    OrganisationJoined,
    OrganisationReport,
    OrganisationUpdated,
    UpstreamMessage,
)

from . import rows
from .inbox import PREFETCH, Connection, Pool
from .relay import ANSWERS, EVENTS

KNOWN = {message.type: message for message in MESSAGES}


class TooEarly(Exception):
    """What the message builds on is not there yet; the broker is to hand it over again."""


@dataclass(frozen=True)
class Reported:
    """A message as it came; `system` is the first word of its routing key."""

    system: str
    source: str
    id: str
    time: datetime
    message: UpstreamMessage

    @property
    def correlation_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.source}\n{self.id}"))


def subscribe(broker: RabbitBroker, pool: Pool, wake: Callable[[], None]) -> None:
    """Take in what other systems report."""

    @broker.subscriber(
        RabbitQueue("membership.inbox", declare=False),
        channel=Channel(prefetch_count=PREFETCH),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def on_report(message: RabbitMessage) -> None:
        reported = _read(message)
        async with pool.acquire() as conn, conn.transaction():
            await take_in(conn, reported)
        wake()


def _read(message: RabbitMessage) -> Reported:
    attributes: dict[str, Any] = {name.removeprefix("cloudEvents_"): value for name, value in message.headers.items()}
    return Reported(
        (message.raw_message.routing_key or "").split(".")[0],
        attributes["source"],
        attributes["id"],
        datetime.fromisoformat(attributes["time"]),
        KNOWN[attributes["type"]].model_validate_json(message.body),
    )


async def take_in(conn: Connection, reported: Reported) -> None:
    """Apply a message that is new, and answer it; nobody repeats one in this load."""
    if not await conn.fetchval(rows.MARK, reported.source, reported.id):
        return
    message = reported.message
    match message:
        case OrganisationJoined():
            organisation, version, events = await _join(conn, reported, message)
        case OrganisationUpdated():
            organisation, version, events = await _rename(conn, reported, message.organisation)
        case ContactAppointed():
            organisation, version = await _find(conn, reported.source, message.organisation_key)
            events = await _appoint(conn, reported, organisation, message.contact, message.since)
        case ContactUpdated():
            organisation, version = await _find(conn, reported.source, message.organisation_key)
            events = await _update(conn, reported, organisation, message.contact)
        case _:
            raise TypeError(f"not in this load: {message.type}")
    await _say(conn, reported, events, _answer(reported, organisation, version))


def _answer(reported: Reported, organisation_id: UUID, version: int) -> MessageAccepted:
    return MessageAccepted(
        correlation_id=reported.correlation_id,
        message_source=reported.source,
        message_id=reported.id,
        message_type=reported.message.type,
        organisation_id=organisation_id,
        organisation_version=version,
    )


async def _join(conn: Connection, reported: Reported, message: OrganisationJoined) -> tuple[UUID, int, list[Event]]:
    report = message.organisation
    row = await conn.fetchrow(rows.JOIN, *_described(reported, report), message.since)
    if row is None:
        raise TypeError("an upsert returns its row")
    organisation = _organisation(row["id"], report)
    events: list[Event] = [
        MemberJoined(
            correlation_id=reported.correlation_id,
            organisation=organisation,
            since=message.since,
            version=row["version"],
        )
    ]
    for contact in message.contacts:
        events += await _appoint(conn, reported, row["id"], contact, message.since)
    return row["id"], row["version"], events


async def _rename(conn: Connection, reported: Reported, report: OrganisationReport) -> tuple[UUID, int, list[Event]]:
    row = await conn.fetchrow(rows.UPDATE_ORGANISATION, *_described(reported, report))
    if row is None:
        raise TooEarly
    updated = MemberUpdated(
        correlation_id=reported.correlation_id,
        organisation=_organisation(row["id"], report),
        version=row["version"],
    )
    return row["id"], row["version"], [updated]


async def _find(conn: Connection, source: str, key: str) -> tuple[UUID, int]:
    row = await conn.fetchrow(rows.FIND_ORGANISATION, source, key)
    if row is None:
        raise TooEarly
    return row["id"], row["version"]


async def _appoint(
    conn: Connection, reported: Reported, organisation_id: UUID, contact: ContactReport, since: date
) -> list[Event]:
    person = await conn.fetchrow(rows.PERSON, *_called(reported, contact))
    if person is None:
        raise TypeError("an upsert returns its row")
    mandate = await conn.fetchrow(rows.MANDATE, organisation_id, person["id"], contact.role, contact.title, since)
    if mandate is None:
        raise TypeError("an upsert returns its row")
    return [_person(reported, person, contact), _mandate(reported, mandate)]


async def _update(conn: Connection, reported: Reported, organisation_id: UUID, contact: ContactReport) -> list[Event]:
    person = await conn.fetchrow(rows.UPDATE_PERSON, *_called(reported, contact))
    if person is None:
        raise TooEarly
    mandate = await conn.fetchrow(rows.UPDATE_MANDATE, organisation_id, person["id"], contact.role, contact.title)
    updated = _person(reported, person, contact)
    return [updated, _mandate(reported, mandate)] if mandate else [updated]


async def _say(conn: Connection, reported: Reported, events: list[Event], answer: MessageAccepted) -> None:
    said = [(EVENTS.name, event.type, event) for event in events]
    await conn.executemany(
        rows.SAY,
        [
            (exchange, key, str(uuid4()), event.type, event.correlation_id, event.model_dump_json().encode())
            for exchange, key, event in [*said, (ANSWERS.name, reported.system, answer)]
        ],
    )


def _described(reported: Reported, report: OrganisationReport) -> list[object]:
    return [
        reported.source,
        report.key,
        report.name,
        report.kind,
        report.town,
        report.municipality_code,
        report.region,
        report.cvr,
        report.website,
        reported.time,
    ]


def _called(reported: Reported, contact: ContactReport) -> list[object]:
    return [
        reported.source,
        contact.key,
        contact.name,
        contact.email,
        contact.phone,
        contact.language,
        reported.time,
    ]


def _organisation(organisation_id: UUID, report: OrganisationReport) -> Organisation:
    return Organisation(id=organisation_id, **report.model_dump(exclude={"key"}))


def _person(reported: Reported, row: Any, contact: ContactReport) -> PersonUpdated:
    person = Person(
        id=row["id"], name=contact.name, email=contact.email, phone=contact.phone, language=contact.language
    )
    return PersonUpdated(correlation_id=reported.correlation_id, person=person, version=row["version"])


def _mandate(reported: Reported, row: Any) -> MandateStarted:
    mandate = Mandate(
        id=row["id"],
        organisation_id=row["organisation_id"],
        person_id=row["person_id"],
        role=row["role"],
        title=row["title"],
        starts_on=row["starts_on"],
    )
    return MandateStarted(correlation_id=reported.correlation_id, mandate=mandate, version=row["version"])
