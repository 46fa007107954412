"""The outbox, for an operator: how much waits to be said, what the broker refuses, and another try for that."""

import argparse
from collections.abc import Sequence

import asyncpg

from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.findings import Finding, Look
from shared.messaging import metrics

LATE_SECONDS = 6.0


def outbox_look(service: str, database: Database, now: Clock) -> Look:
    """Return what sets the gauges of the service's outbox, and says how it is with it."""

    async def look() -> Sequence[Finding]:
        async with database.connection() as conn:
            row = await _counts(conn, service)
        late = (now() - row["oldest"]).total_seconds() if row["oldest"] else 0.0
        metrics.WAITING.set(row["waiting"])
        metrics.GIVEN_UP.set(row["given_up"])
        metrics.REFUSED_NOW.set(row["refused"])
        metrics.OLDEST.set(late)
        return [_waiting(row, late), _refused(service, row)]

    return look


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add `list` and `replay`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="act")
    acts.add_parser("list", help="show their types, exchanges and how they were refused")
    again = acts.add_parser("replay", help="try to publish them again")
    again.add_argument("seq", nargs="*", type=int, help="these alone (default: all)")


async def run(database: Database, act: str, seqs: Sequence[int] | None = None) -> list[str]:
    """Carry out `outbox list` or `outbox replay`, and return the lines to print."""
    async with database.connection() as conn:
        if act == "replay":
            return [f"{await replay(conn, seqs)} will be published again"]
        return [
            f"{row['seq']}  {row['event_type']}  to {row['exchange']}  {row['attempts']} times refused  "
            f"{row['last_error']}{'  given up' if row['parked_at'] else ''}"
            for row in await _refusals(conn)
        ]


async def replay(conn: Connection, seqs: Sequence[int] | None = None) -> int:
    """Have the relay try again what it gave up, these or all; return how many."""
    rows = await conn.fetch(
        """
        UPDATE outbox
           SET parked_at = NULL, attempts = 0
         WHERE parked_at IS NOT NULL
           AND ($1::bigint[] IS NULL OR seq = ANY($1))
        RETURNING seq
        """,
        seqs,
    )
    return len(rows)


async def _refusals(conn: Connection) -> list[asyncpg.Record]:
    return await conn.fetch(
        """
        SELECT seq, event_type, exchange, attempts, last_error, parked_at
          FROM outbox
         WHERE attempts > 0
         ORDER BY seq
        """
    )


async def _counts(conn: Connection, service: str) -> asyncpg.Record:
    row = await conn.fetchrow(
        """
        SELECT count(*) FILTER (WHERE parked_at IS NULL)                   AS waiting,
               count(*) FILTER (WHERE parked_at IS NOT NULL)               AS given_up,
               count(*) FILTER (WHERE parked_at IS NULL AND attempts > 0)  AS refused,
               min(created_at) FILTER (WHERE parked_at IS NULL)            AS oldest,
               max(last_error)                                             AS error,
               EXISTS (
                   SELECT
                     FROM pg_locks AS l
                     JOIN pg_database AS d ON d.oid = l.database AND d.datname = current_database()
                    WHERE l.locktype = 'advisory'
                      AND l.granted
                      AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended($1, 0)
               ) AS leads
          FROM outbox
        """,
        f"{service}.relay",
    )
    if row is None:
        raise TypeError("a count is always a row")
    return row


def _waiting(row: asyncpg.Record, late: float) -> Finding:
    words = f"{row['waiting']} events wait to be published"
    if late < LATE_SECONDS:
        return Finding("outbox", words)
    cause = "the relay is behind" if row["leads"] else "no relay leads: its part is not running, or has no broker"
    return Finding("outbox", f"{words}, the oldest for {late:.0f} s; {cause}", well=False)


def _refused(service: str, row: asyncpg.Record) -> Finding:
    if not row["refused"] and not row["given_up"]:
        return Finding("refused events", "none")
    words = f"the broker refuses {row['refused']} events, and {row['given_up']} are given up ({row['error']})"
    return Finding("refused events", f"{words}; see: python -m services.{service} outbox list", well=False)
