"""All SQL about upstream messages that were taken in, and about who may send them."""

from collections.abc import Collection

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


async def known_codes(conn: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """Return the kinds of organisations and the codes of municipalities that there are."""
    kinds = await conn.fetch("SELECT kind FROM organisation_kinds")
    codes = await conn.fetch("SELECT code FROM municipalities")
    return frozenset(row["kind"] for row in kinds), frozenset(row["code"] for row in codes)
