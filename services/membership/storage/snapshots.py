"""SQL of snapshots: what was mentioned on them, and what we know that was not."""

from collections.abc import Collection, Sequence
from datetime import datetime

from shared.database.pool import Connection

from ..snapshots import Mention, Missing, SnapshotKey
from . import rows


async def mentioned_messages(conn: Connection, snapshots: Collection[SnapshotKey]) -> dict[SnapshotKey, list[str]]:
    """Find the ids of the messages that have come of snapshots `(source, snapshot)`."""
    if not snapshots:
        return {}
    found = await conn.fetch(
        """
        SELECT m.source, m.snapshot, array_agg(m.message_id) AS ids
          FROM snapshot_mentions AS m
          JOIN unnest($1::text[], $2::text[]) AS wanted (source, snapshot) USING (source, snapshot)
         GROUP BY m.source, m.snapshot
        """,
        *rows.columns(snapshots),
    )
    return {(row["source"], row["snapshot"]): row["ids"] for row in found}


async def add_mentions(conn: Connection, mentions: Sequence[Mention]) -> None:
    """Note what messages on snapshots mention."""
    if not mentions:
        return
    await conn.execute(
        """
        INSERT INTO snapshot_mentions (source, snapshot, message_id, organisation_id, contact_keys)
        SELECT source, snapshot, message_id, organisation_id, contact_keys
          FROM jsonb_populate_recordset(NULL::snapshot_mentions, $1)
            ON CONFLICT DO NOTHING
        """,
        rows.rows(
            {
                "source": mention.source,
                "snapshot": mention.snapshot,
                "message_id": mention.message_id,
                "organisation_id": mention.organisation_id,
                "contact_keys": mention.contact_keys,
            }
            for mention in mentions
        ),
    )


async def end_snapshot(conn: Connection, key: SnapshotKey, time: datetime, now: datetime) -> None:
    """List what is missing from a snapshot `(source, snapshot)` that ended at a time, and forget what was on it."""
    await _mark_returned(conn, key, now)
    await _add_missing_organisations(conn, key, time, now)
    await _add_missing_contacts(conn, key, time, now)
    await conn.execute("DELETE FROM snapshot_mentions WHERE source = $1 AND snapshot = $2", *key)


async def remove_mentions(conn: Connection, before: datetime) -> None:
    """Forget what was on snapshots that never ended."""
    await conn.execute("DELETE FROM snapshot_mentions WHERE mentioned_at < $1", before)


# What awaits a decision, and is still as it was.
MISSING = """
        SELECT x.id, x.source, x.snapshot, x.key, x.contact_key, x.listed_at, o.name AS organisation, p.name AS person
          FROM missing AS x
          JOIN organisations AS o ON o.id = x.organisation_id
          LEFT JOIN appointments AS a
            ON a.organisation_id = x.organisation_id AND a.source = x.source AND a.contact_key = x.contact_key
          LEFT JOIN mandates AS m ON m.id = a.mandate_id
          LEFT JOIN people AS p ON p.id = m.person_id
         WHERE x.state = 'open'
           AND o.ends_on IS NULL
           AND (x.contact_key IS NULL OR (m.id IS NOT NULL AND m.ends_on IS NULL))
"""


async def missing(conn: Connection) -> list[Missing]:
    """List what awaits a decision."""
    found = await conn.fetch(f"{MISSING} ORDER BY o.name, x.contact_key NULLS FIRST")
    return [Missing(**row) for row in found]


async def missing_after(conn: Connection, after: int, most: int) -> list[Missing]:
    """List so many of what awaits a decision, by id: those after one."""
    found = await conn.fetch(f"{MISSING} AND x.id > $1 ORDER BY x.id LIMIT $2", after, most)
    return [Missing(**row) for row in found]


async def lock_missing(conn: Connection, ids: Collection[int]) -> list[Missing]:
    """Return those of some ids that await a decision, locked."""
    found = await conn.fetch(f"{MISSING} AND x.id = ANY($1::bigint[]) ORDER BY x.id FOR UPDATE OF x", list(ids))
    return [Missing(**row) for row in found]


async def mark_decided(conn: Connection, ids: Collection[int], state: str, who: str, now: datetime) -> None:
    """Note that somebody decided that what is missing was removed, or is kept."""
    await conn.execute(
        "UPDATE missing SET state = $2, decided_by = $3, decided_at = $4 WHERE id = ANY($1::bigint[])",
        list(ids),
        state,
        who,
        now,
    )


async def _mark_returned(conn: Connection, key: SnapshotKey, now: datetime) -> None:
    await conn.execute(
        """
        UPDATE missing AS x
           SET state = 'returned', decided_at = $3
         WHERE x.source = $1
           AND x.state IN ('open', 'kept')
           AND EXISTS (
               SELECT
                 FROM snapshot_mentions AS s
                WHERE s.source = $1
                  AND s.snapshot = $2
                  AND s.organisation_id = x.organisation_id
                  AND (x.contact_key IS NULL OR x.contact_key = ANY(s.contact_keys))
           )
        """,
        *key,
        now,
    )


async def _add_missing_organisations(conn: Connection, key: SnapshotKey, time: datetime, now: datetime) -> None:
    await conn.execute(
        """
        INSERT INTO missing (source, snapshot, organisation_id, key, listed_at, state)
        SELECT $1, $2, o.id, named.key, $4, 'open'
          FROM (
              SELECT id, key FROM organisations WHERE source = $1
              UNION ALL
              SELECT organisation_id, key FROM organisation_links WHERE source = $1
          ) AS named
          JOIN organisations AS o ON o.id = named.id
         WHERE o.ends_on IS NULL
           AND o.joined_time <= $3
           AND NOT EXISTS (
               SELECT
                 FROM snapshot_mentions AS s
                WHERE s.source = $1 AND s.snapshot = $2 AND s.organisation_id = o.id
           )
            ON CONFLICT DO NOTHING
        """,
        *key,
        time,
        now,
    )


async def _add_missing_contacts(conn: Connection, key: SnapshotKey, time: datetime, now: datetime) -> None:
    """A contact of an organisation that is missing itself is not listed besides."""
    await conn.execute(
        """
        INSERT INTO missing (source, snapshot, organisation_id, key, contact_key, listed_at, state)
        SELECT $1, $2, o.id, coalesce(l.key, o.key), a.contact_key, $4, 'open'
          FROM appointments AS a
          JOIN mandates AS m ON m.id = a.mandate_id
          JOIN organisations AS o ON o.id = a.organisation_id
          LEFT JOIN organisation_links AS l ON l.source = $1 AND l.organisation_id = o.id
         WHERE a.source = $1
           AND a.appointed_time <= $3
           AND m.ends_on IS NULL
           AND EXISTS (
               SELECT
                 FROM snapshot_mentions AS s
                WHERE s.source = $1 AND s.snapshot = $2 AND s.organisation_id = o.id
           )
           AND NOT EXISTS (
               SELECT
                 FROM snapshot_mentions AS s
                WHERE s.source = $1
                  AND s.snapshot = $2
                  AND s.organisation_id = o.id
                  AND a.contact_key = ANY(s.contact_keys)
           )
            ON CONFLICT DO NOTHING
        """,
        *key,
        time,
        now,
    )
