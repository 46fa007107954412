"""What meetings hears from membership, and the use case that each leads to."""

from collections.abc import Sequence

from shared.clock import Clock
from shared.contracts.event import Event
from shared.contracts.membership import (
    MandateEnded,
    MandateStarted,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    PersonUpdated,
)
from shared.database.pool import Connection
from shared.messaging.inbox import Inbox

from . import use_cases
from .network import Mandate, Member, Person

AboutMembers = MemberJoined | MemberUpdated | MemberLeft
AboutMandates = MandateStarted | MandateEnded


def subscribe(inbox: Inbox, now: Clock) -> None:
    """Register every subscriber of meetings."""

    @inbox.hears(PersonUpdated)
    async def on_person_updated(conn: Connection, events: Sequence[PersonUpdated]) -> None:
        """Keep what people are called and which language they read."""
        await use_cases.keep_people(conn, [_person(event) for event in events])

    # Together, so that somebody whose mandate ends while another begins is never withdrawn in between.
    @inbox.hears(MemberJoined, MemberUpdated, MemberLeft, MandateStarted, MandateEnded)
    async def on_network_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Keep who is in the network, and invite or withdraw the people whom that concerns."""
        await use_cases.follow_the_network(
            conn,
            members=[_member(event) for event in events if isinstance(event, AboutMembers)],
            mandates=[_mandate(event) for event in events if isinstance(event, AboutMandates)],
            now=now(),
        )


def _person(event: PersonUpdated) -> Person:
    return Person(event.person.id, event.person.name, event.person.language, event.version)


def _member(event: AboutMembers) -> Member:
    return Member(
        id=event.organisation.id,
        name=event.organisation.name,
        town=event.organisation.town,
        region=event.organisation.region,
        active=not isinstance(event, MemberLeft),
        version=event.version,
        correlation_id=event.correlation_id,
    )


def _mandate(event: AboutMandates) -> Mandate:
    return Mandate(
        id=event.mandate.id,
        organisation_id=event.mandate.organisation_id,
        person_id=event.mandate.person_id,
        current=isinstance(event, MandateStarted),
        version=event.version,
        correlation_id=event.correlation_id,
    )
