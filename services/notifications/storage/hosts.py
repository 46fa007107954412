"""SQL of hosts: who was asked for which town, and what they were mailed of it."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.contracts.meetings import HostAsked
from shared.database.pool import Connection

from ..hosts import Host, Told
from .due import Touched


async def keep_hosts(conn: Connection, events: Sequence[HostAsked]) -> None:
    """Keep who is asked to host, where that is newer."""
    asked = [(event, person) for event in events for person in event.people]
    await conn.execute(
        """
        INSERT INTO hosts_asked AS known (meeting_id, person_id, town, version)
        SELECT DISTINCT ON (meeting_id, person_id) *
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[]) AS said (meeting_id, person_id, town, version)
         ORDER BY meeting_id, person_id, version DESC
            ON CONFLICT (meeting_id, person_id) DO UPDATE
           SET town = excluded.town, version = excluded.version
         WHERE excluded.version > known.version
        """,
        [event.meeting.id for event, _ in asked],
        [person for _, person in asked],
        [event.town for event, _ in asked],
        [event.meeting.version for event, _ in asked],
    )


async def asked_to_host(
    conn: Connection, *, meetings: Iterable[UUID] = (), people: Iterable[UUID] = ()
) -> list[tuple[UUID, UUID]]:
    """List who was asked to host some meetings, and what some people were asked to host, as (meeting, person)."""
    rows = await conn.fetch(
        """
        SELECT meeting_id, person_id
          FROM hosts_asked
         WHERE meeting_id = ANY($1::uuid[])
            OR person_id = ANY($2::uuid[])
        """,
        list(meetings),
        list(people),
    )
    return [(row["meeting_id"], row["person_id"]) for row in rows]


async def hosts(conn: Connection, touched: Touched) -> list[Host]:
    """Return how things are with who was asked to host, except where the person is not known yet."""
    rows = await conn.fetch(
        """
        SELECT m.facts, t.meeting_id, t.person_id, p.name, p.address, p.language, h.town, m.cancelled,
               EXISTS (
                   SELECT
                     FROM emails AS e
                    WHERE e.meeting_id = t.meeting_id
                      AND e.person_id = t.person_id
                      AND e.method = 'REQUEST'
                      AND (e.may_have_arrived OR e.state = 'sending')
               ) AS invited,
               COALESCE((
                   SELECT NOT bool_or(ma.current AND me.active)
                     FROM mandates AS ma
                     JOIN members AS me USING (organisation_id)
                    WHERE ma.person_id = t.person_id
               ), false) AS gone,
               m.version, t.correlation_id
          FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (meeting_id, person_id, correlation_id)
          JOIN hosts_asked AS h USING (meeting_id, person_id)
          JOIN meetings AS m ON m.id = t.meeting_id
          JOIN people AS p ON p.id = t.person_id
         ORDER BY t.meeting_id, t.person_id
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
        list(touched.values()),
    )
    return [Host(json.loads(facts), *columns) for facts, *columns in rows]


async def told_of_hosting(conn: Connection, touched: Touched) -> dict[tuple[UUID, UUID], list[Told]]:
    """Return what was mailed of hosting some meetings to some people, in order.

    Until the transaction ends no sender takes any of it: what is found to wait can still be taken back.
    """
    rows = await conn.fetch(
        """
        SELECT e.meeting_id, e.person_id, f.facts - 'before' AS facts,
               e.id, e.address, e.state, e.may_have_arrived, e.message_id
          FROM unnest($1::uuid[], $2::uuid[]) AS t (meeting_id, person_id)
          JOIN emails AS e USING (meeting_id, person_id)
          JOIN frames AS f ON f.id = e.frame_id
         WHERE e.kind = 'host_asked'
         ORDER BY e.id
           FOR UPDATE OF e
        """,
        [meeting_id for meeting_id, _ in touched],
        [person_id for _, person_id in touched],
    )
    found: dict[tuple[UUID, UUID], list[Told]] = {}
    for meeting_id, person_id, facts, *columns in rows:
        found.setdefault((meeting_id, person_id), []).append(Told(json.loads(facts), *columns))
    return found
