"""SQL of suppressions: which addresses must not be written to, and what waits because of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from shared.contracts.notifications import Ending
from shared.database.pool import Connection

from ..suppressions import REFUSALS, Position, Refusal, Suppression


async def add_suppression(conn: Connection, refusal: Refusal) -> Suppression | None:
    """Keep that an address must not be written to; None where that is known already."""
    row = await conn.fetchrow(
        """
        INSERT INTO suppressions (id, address, reason, reply, since, until)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (address) WHERE ended_at IS NULL DO NOTHING
        RETURNING *
        """,
        uuid4(),
        refusal.address,
        refusal.reason,
        refusal.reply,
        refusal.at,
        refusal.until,
    )
    return Suppression(**row) if row else None


async def end_suppressions(conn: Connection, addresses: Iterable[str], how: Ending, now: datetime) -> list[Suppression]:
    """End the suppressions of some addresses, and return them."""
    rows = await conn.fetch(
        """
        UPDATE suppressions
           SET ended_at = $3, ended_how = $2
         WHERE address = ANY($1::text[])
           AND ended_at IS NULL
        RETURNING *
        """,
        list(addresses),
        how,
        now,
    )
    return [Suppression(**row) for row in rows]


async def overdue_suppressions(conn: Connection, now: datetime) -> list[str]:
    """List the addresses that may be written to again."""
    rows = await conn.fetch("SELECT address FROM suppressions WHERE ended_at IS NULL AND until <= $1", now)
    return [row["address"] for row in rows]


async def find_suppression(conn: Connection, suppression_id: UUID) -> Suppression | None:
    """Find one by its id."""
    row = await conn.fetchrow("SELECT * FROM suppressions WHERE id = $1", suppression_id)
    return Suppression(**row) if row else None


async def find_suppression_of(conn: Connection, address: str) -> Suppression | None:
    """Find the one in force of an address in lower case."""
    row = await conn.fetchrow("SELECT * FROM suppressions WHERE address = $1 AND ended_at IS NULL", address)
    return Suppression(**row) if row else None


async def list_suppressions(
    conn: Connection, *, in_force: bool, before: Position | None, most: int
) -> list[Suppression]:
    """List suppressions, the newest first: those in force, or all that ever were."""
    since, suppression_id = before or (None, None)
    rows = await conn.fetch(
        """
        SELECT *
          FROM suppressions
         WHERE (ended_at IS NULL OR NOT $1)
           AND ($2::timestamptz IS NULL OR (since, id) < ($2, $3::uuid))
         ORDER BY since DESC, id DESC
         LIMIT $4
        """,
        in_force,
        since,
        suppression_id,
        most,
    )
    return [Suppression(**row) for row in rows]


async def refused_repeatedly(conn: Connection, since: datetime) -> list[Refusal]:
    """List the mailboxes that have refused so many e-mails since a moment, and accepted none after that.

    Counted are e-mails that were given up, and not attempts: a server that lets everybody wait at first is no reason.
    What was before an earlier suppression has ended counts no more.
    """
    rows = await conn.fetch(
        """
        WITH refused AS (
            SELECT DISTINCT ON (e.id) e.id, lower(e.address) AS address, e.person_id, e.correlation_id, d.at, d.reply
              FROM deliveries AS d
              JOIN emails AS e ON e.id = d.email_id
             WHERE d.fault = 'mailbox'
               AND d.at > $1
               AND e.state = 'failed'
             ORDER BY e.id, d.id DESC
        )
        SELECT DISTINCT ON (r.address) r.address, r.reply, r.at, r.correlation_id
          FROM (
              SELECT *, count(*) OVER (PARTITION BY address) AS refusals
                FROM refused AS r
               WHERE NOT EXISTS (SELECT FROM suppressions AS s WHERE s.address = r.address AND s.ended_at IS NULL)
                 AND NOT EXISTS (SELECT FROM suppressions AS s WHERE s.address = r.address AND s.ended_at >= r.at)
                 AND NOT EXISTS (
                     SELECT
                       FROM emails AS other
                      WHERE (other.person_id = r.person_id OR other.person_id IS NULL AND r.person_id IS NULL)
                        AND lower(other.address) = r.address
                        AND other.sent_at > r.at
                 )
          ) AS r
         WHERE r.refusals >= $2
         ORDER BY r.address, r.at DESC
        """,
        since,
        REFUSALS,
    )
    return [
        Refusal(row["address"], "refused_repeatedly", row["reply"], row["at"], row["correlation_id"]) for row in rows
    ]


async def hold_suppressed(conn: Connection) -> None:
    """Keep back what waits for an address that must not be written to, with the reason."""
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = 'suppressed', reply = 'not tried: ' || s.reply
          FROM suppressions AS s
         WHERE s.address = lower(e.address)
           AND s.ended_at IS NULL
           AND e.state = 'queued'
        """
    )


async def release_suppressed(conn: Connection, now: datetime) -> None:
    """Queue what was kept back for an address that may be written to again, and is neither past nor overtaken.

    It is dated now, unless it may have arrived.
    """
    await conn.execute(
        """
        UPDATE emails AS e
           SET state = CASE WHEN is_overtaken(e) THEN 'obsolete' ELSE 'queued' END, reply = NULL, next_attempt_at = $1,
               date = CASE WHEN e.may_have_arrived THEN e.date ELSE $1 END
         WHERE e.state = 'suppressed'
           AND (e.expires_at IS NULL OR e.expires_at > $1)
           AND NOT EXISTS (SELECT FROM suppressions AS s WHERE s.address = lower(e.address) AND s.ended_at IS NULL)
        """,
        now,
    )


async def count_suppressions(conn: Connection) -> int:
    """Count those in force."""
    number: int = await conn.fetchval("SELECT count(*) FROM suppressions WHERE ended_at IS NULL")
    return number


async def count_suppressed(conn: Connection, addresses: Sequence[str]) -> dict[str, int]:
    """Count the e-mails that are kept back for some addresses."""
    rows = await conn.fetch(
        """
        SELECT lower(address) AS address, count(*) AS waiting
          FROM emails
         WHERE state = 'suppressed'
           AND lower(address) = ANY($1::text[])
         GROUP BY lower(address)
        """,
        addresses,
    )
    return {row["address"]: row["waiting"] for row in rows}
