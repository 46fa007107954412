"""meetings, straightforward: keeps its copies; there is no meeting to invite to."""

from collections.abc import Callable

from faststream.rabbit import RabbitBroker

from shared.contracts.event import Event
from shared.contracts.membership import MandateStarted, MemberJoined, MemberUpdated, PersonUpdated

from .inbox import Connection, Pool, hear

MEMBER = """
    INSERT INTO members (id, name, town, active, version)
    VALUES ($1, $2, $3, true, $4)
        ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, town = excluded.town, active = excluded.active, version = excluded.version
     WHERE excluded.version > members.version
    """
PERSON = """
    INSERT INTO people (id, name, language, version)
    VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, language = excluded.language, version = excluded.version
     WHERE excluded.version > people.version
    """
MANDATE = """
    INSERT INTO mandates (id, organisation_id, person_id, current, version)
    VALUES ($1, $2, $3, true, $4)
        ON CONFLICT (id) DO UPDATE
       SET current = excluded.current, version = excluded.version
     WHERE excluded.version > mandates.version
    """


def subscribe(broker: RabbitBroker, pool: Pool, wake: Callable[[], None]) -> None:
    """Hear what membership says."""
    hear(broker, pool, "meetings.inbox", keep)


async def keep(conn: Connection, event: Event) -> None:
    """Keep what an event says, where it is newer."""
    match event:
        case MemberJoined() | MemberUpdated():
            member = event.organisation
            await conn.execute(MEMBER, member.id, member.name, member.town, event.version)
        case PersonUpdated():
            person = event.person
            await conn.execute(PERSON, person.id, person.name, person.language, event.version)
        case MandateStarted():
            mandate = event.mandate
            await conn.execute(MANDATE, mandate.id, mandate.organisation_id, mandate.person_id, event.version)
        case _:
            raise TypeError(f"not in this load: {event.type}")
