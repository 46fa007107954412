"""All SQL that takes messages in quarantine a step on; each step leaves a line of history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shared.database.pool import Connection

from ..messages import Kept
from ..quarantine import Act, State, Tried
from .quarantine_rows import written_faults


async def mark_settled(
    conn: Connection, notes: Mapping[int, str | None], state: State, now: datetime, act: Act | None = None
) -> None:
    """Set messages, by their ids in quarantine, to another state, each with a note.

    They were given up (held), taken in (replayed), repaired by their system (cleared) or put aside (dismissed), by
    somebody's act or by themselves.
    """
    if not notes:
        return
    await conn.execute(
        """
        WITH settled AS (
            UPDATE quarantine AS q
               SET state = $3,
                   wait_until = NULL,
                   settled_at = CASE WHEN $3 = 'held' THEN NULL ELSE $4::timestamptz END
              FROM unnest($1::bigint[], $2::text[]) AS given (id, note)
             WHERE q.id = given.id
            RETURNING q.id, given.note
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, note)
        SELECT id, $4, CASE WHEN $3 = 'held' THEN 'given_up' ELSE $3 END, $5, $6, note
          FROM settled
         ORDER BY id
        """,
        list(notes),
        list(notes.values()),
        state,
        now,
        act.who if act else None,
        act.id if act else None,
    )


async def mark_cleared(conn: Connection, repaired: Collection[tuple[str, str, str]], now: datetime) -> None:
    """Clear what was held of messages `(system, source, id)` that are now taken in."""
    await conn.execute(
        """
        WITH cleared AS (
            UPDATE quarantine AS q
               SET state = 'cleared', settled_at = $4
              FROM unnest($1::text[], $2::text[], $3::text[]) AS taken (system, source, message_id)
             WHERE q.state = 'held'
               AND (q.system, q.source, q.message_id) = (taken.system, taken.source, taken.message_id)
            RETURNING q.id
        )
        INSERT INTO quarantine_history (quarantine_id, at, what)
        SELECT id, $4, 'cleared' FROM cleared ORDER BY id
        """,
        *([one[column] for one in repaired] for column in range(3)),
        now,
    )


async def mark_edited(conn: Connection, kept: Kept, act: Act) -> None:
    """Keep what a human made of a message, with what can be read of it and what is still wrong with it."""
    await conn.execute(
        """
        WITH edited AS (
            UPDATE quarantine
               SET edited = $2, source = $3, message_id = $4, message_type = $5, organisation_key = $6,
                   faults = $7::text::jsonb
             WHERE id = $1
            RETURNING id, faults
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, faults)
        SELECT id, $8, 'edited', $9, $10, faults FROM edited
        """,
        kept.id,
        kept.edited,
        kept.source,
        kept.message_id,
        kept.message_type,
        kept.organisation_key,
        written_faults(kept.faults),
        act.at,
        act.who,
        act.id,
    )


async def is_used_up(conn: Connection, source: str, message_id: str, *, but_for: int) -> bool:
    """Tell whether a message of that id was taken in, or is open in quarantine beside the one meant."""
    used: bool = await conn.fetchval(
        """
        SELECT EXISTS (SELECT FROM upstream_messages WHERE source = $1 AND message_id = $2)
            OR EXISTS (
                   SELECT FROM quarantine
                    WHERE source = $1 AND message_id = $2 AND id <> $3 AND state IN ('waiting', 'held', 'paused')
               )
        """,
        source,
        message_id,
        but_for,
    )
    return used


async def add_failures(conn: Connection, tried: Sequence[Tried], act: Act) -> None:
    """Write down of messages that they could not be taken in, and what is wrong with them now, where that was found."""
    await conn.execute(
        """
        WITH failed AS (
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) AS failed (id, note, faults)
        ), described AS (
            UPDATE quarantine AS q
               SET faults = failed.faults::jsonb
              FROM failed
             WHERE q.id = failed.id AND failed.faults <> '[]'
        )
        INSERT INTO quarantine_history (quarantine_id, at, what, who, act, note, faults)
        SELECT id, $4, 'replay_failed', $5, $6, note, faults::jsonb FROM failed ORDER BY id
        """,
        [one.id for one in tried],
        [one.note for one in tried],
        [written_faults(one.faults) for one in tried],
        act.at,
        act.who,
        act.id,
    )
