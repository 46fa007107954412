"""notifications, straightforward: keeps its copies, and queues a welcome for who acts for a member."""

from collections.abc import Callable

from faststream.rabbit import RabbitBroker

from shared.contracts.event import Event
from shared.contracts.membership import Mandate, MandateStarted, MemberJoined, MemberUpdated, PersonUpdated

from .inbox import Connection, Pool, hear

MEMBER = """
    INSERT INTO members (organisation_id, name, town, active, version)
    VALUES ($1, $2, $3, true, $4)
        ON CONFLICT (organisation_id) DO UPDATE
       SET name = excluded.name, town = excluded.town, active = excluded.active, version = excluded.version
     WHERE excluded.version > members.version
    """
PERSON = """
    INSERT INTO people (id, name, address, language, version)
    VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, address = excluded.address, language = excluded.language,
           version = excluded.version
     WHERE excluded.version > people.version
    """
MANDATE = """
    INSERT INTO mandates (id, organisation_id, person_id, role, starts_on, current, version)
    VALUES ($1, $2, $3, $4, $5, true, $6)
        ON CONFLICT (id) DO UPDATE
       SET role = excluded.role, starts_on = excluded.starts_on, current = excluded.current,
           version = excluded.version
     WHERE excluded.version > mandates.version
    """
WELCOME = """
    INSERT INTO emails (kind, person_id, organisation_id, role)
    VALUES ('welcome', $1, $2, $3)
        ON CONFLICT (kind, person_id) DO NOTHING
    """


def subscribe(broker: RabbitBroker, pool: Pool, wake: Callable[[], None]) -> None:
    """Hear what membership says."""
    hear(broker, pool, "notifications.inbox", keep)


async def keep(conn: Connection, event: Event) -> None:
    """Keep what an event says, where it is newer."""
    match event:
        case MemberJoined() | MemberUpdated():
            member = event.organisation
            await conn.execute(MEMBER, member.id, member.name, member.town, event.version)
        case PersonUpdated():
            person = event.person
            await conn.execute(PERSON, person.id, person.name, person.email, person.language, event.version)
        case MandateStarted():
            await _keep_mandate(conn, event.mandate, event.version)
        case _:
            raise TypeError(f"not in this load: {event.type}")


async def _keep_mandate(conn: Connection, mandate: Mandate, version: int) -> None:
    who = mandate.organisation_id, mandate.person_id, mandate.role
    await conn.execute(MANDATE, mandate.id, *who, mandate.starts_on, version)
    await conn.execute(WELCOME, mandate.person_id, mandate.organisation_id, mandate.role)
