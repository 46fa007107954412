"""SQL that checks early what would be checked at the end of a transaction."""

from shared.database.pool import Connection


async def check_constraints(conn: Connection) -> None:
    """Fail now on what would fail at the end of the transaction."""
    await conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
    await conn.execute("SET CONSTRAINTS ALL DEFERRED")
