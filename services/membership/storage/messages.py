"""All SQL about upstream messages that were taken in, and about who may send them."""

from collections.abc import Collection, Sequence

from shared.database.pool import Connection

from ..messages import MessageKey, TakenIn
from .rows import columns


async def taken_in_messages(conn: Connection, keys: Collection[MessageKey]) -> dict[MessageKey, TakenIn]:
    """Find which messages were taken in before."""
    found = await conn.fetch(
        """
        SELECT m.source, m.message_id, m.outcome, m.organisation_id, m.organisation_version
          FROM upstream_messages AS m
          JOIN unnest($1::text[], $2::text[]) AS wanted (source, message_id) USING (source, message_id)
        """,
        *columns(keys),
    )
    return {
        (row["source"], row["message_id"]): TakenIn(row["outcome"], row["organisation_id"], row["organisation_version"])
        for row in found
    }


async def add_taken_in(conn: Connection, messages: Sequence[tuple[str, str, str, str, TakenIn]]) -> None:
    """Use up the ids of messages `(source, id, system, type, what became of it)`."""
    await conn.execute(
        """
        INSERT INTO upstream_messages
               (source, message_id, system, message_type, outcome, organisation_id, organisation_version)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::integer[])
        """,
        *([message[column] for message in messages] for column in range(4)),
        [message[4].outcome for message in messages],
        [message[4].organisation_id for message in messages],
        [message[4].organisation_version for message in messages],
    )


async def known_codes(conn: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """Return the kinds of organisations and the codes of municipalities that there are."""
    kinds = await conn.fetch("SELECT kind FROM organisation_kinds")
    codes = await conn.fetch("SELECT code FROM municipalities")
    return frozenset(row["kind"] for row in kinds), frozenset(row["code"] for row in codes)
