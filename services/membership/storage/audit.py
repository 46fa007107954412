"""SQL of the audit: which messages were taken in, and what each has changed."""

import json
from collections.abc import Sequence

import asyncpg

from shared.database.pool import Connection

from ..audit import Change, Entry
from . import rows


async def add_taken_in(conn: Connection, entries: Sequence[Entry]) -> None:
    """Use up the ids of messages, and keep what they have changed.

    Raises:
        SerializationError: another process has just taken in one with such an id, about something else; try again.
    """
    try:
        await _use_up(conn, entries)
    except asyncpg.UniqueViolationError as why:
        raise asyncpg.SerializationError(str(why)) from why
    await conn.execute(
        """
        INSERT INTO personal_changes
        SELECT * FROM jsonb_populate_recordset(NULL::personal_changes, $1)
        """,
        rows.rows(
            {
                "source": entry.reported.source,
                "message_id": entry.reported.id,
                "person_id": change.person_id,
                "thing": change.thing,
                "id": change.id,
                "fields": change.personal,
            }
            for entry in entries
            for change in entry.changes
            if change.personal
        ),
    )


async def _use_up(conn: Connection, entries: Sequence[Entry]) -> None:
    await conn.execute(
        """
        INSERT INTO upstream_messages
               (source, message_id, system, message_type, outcome, organisation_id, organisation_version, changes)
        SELECT source, message_id, system, message_type, outcome, organisation_id, organisation_version, changes
          FROM jsonb_populate_recordset(NULL::upstream_messages, $1)
        """,
        rows.rows(_row(entry) for entry in entries),
    )


def _row(entry: Entry) -> dict[str, object]:
    return {
        "source": entry.reported.source,
        "message_id": entry.reported.id,
        "system": entry.reported.system,
        "message_type": entry.reported.message.type,
        "outcome": entry.taken_in.outcome,
        "organisation_id": entry.taken_in.organisation_id,
        "organisation_version": entry.taken_in.organisation_version,
        "changes": [_change(change) for change in entry.changes],
    }


def _change(change: Change) -> dict[str, object]:
    return {"thing": change.thing, "id": change.id, "fields": change.fields, "personal": sorted(change.personal)}


async def audit(
    conn: Connection,
    *,
    system: str | None,
    organisation: tuple[str, str] | None,
    message: tuple[str, str] | None,
    before: int | None,
    most: int,
) -> list[dict[str, object]]:
    """List what was taken in, newest first, with all values that are still known: of a system, an organisation
    `(source, key)` or a message `(source, id)` where these are given."""
    found = await conn.fetch(
        """
        SELECT m.seq, m.taken_in_at, m.system, m.source, m.message_id, m.message_type, m.outcome, m.organisation_id,
               m.organisation_version, m.changes, coalesce(p.personal, '[]') AS personal
          FROM upstream_messages AS m
          LEFT JOIN LATERAL (
              SELECT jsonb_agg(jsonb_build_object('thing', c.thing, 'id', c.id, 'person_id', c.person_id,
                                                  'fields', c.fields)) AS personal
                FROM personal_changes AS c
               WHERE c.source = m.source AND c.message_id = m.message_id
          ) AS p ON true
         WHERE ($1::text IS NULL OR m.system = $1)
           AND ($2::text IS NULL OR m.organisation_id = (
                   SELECT o.id FROM organisations AS o WHERE o.source = $2 AND o.key = $3
                   UNION ALL
                   SELECT l.organisation_id FROM organisation_links AS l WHERE l.source = $2 AND l.key = $3
               ))
           AND ($4::text IS NULL OR (m.source = $4 AND m.message_id = $5))
           AND ($6::bigint IS NULL OR m.seq < $6)
         ORDER BY m.seq DESC
         LIMIT $7
        """,
        system,
        *(organisation or (None, None)),
        *(message or (None, None)),
        before,
        most,
    )
    return [{**row, "changes": json.loads(row["changes"]), "personal": json.loads(row["personal"])} for row in found]
