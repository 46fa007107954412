"""SQL of the overview."""

from shared.database.pool import Connection


async def overview(conn: Connection) -> dict[str, int]:
    """Count what there is, by kind and state."""
    row = await conn.fetchrow(
        """
        SELECT (SELECT count(*) FROM series)                                   AS series,
               (SELECT count(*) FROM meetings WHERE status = 'scheduled')      AS meetings_scheduled,
               (SELECT count(*) FROM meetings WHERE status = 'begun')          AS meetings_begun,
               (SELECT count(*) FROM meetings WHERE status = 'cancelled')      AS meetings_cancelled,
               (SELECT count(*) FROM invitations WHERE standing)               AS invitations_standing,
               (SELECT count(*) FROM invitations WHERE NOT standing)           AS invitations_not_standing,
               (SELECT count(*) FROM members WHERE active)                     AS members_active,
               (SELECT count(*) FROM members WHERE NOT active)                 AS members_not_active,
               (SELECT count(*) FROM people)                                   AS people,
               (SELECT count(*) FROM mandates WHERE current)                   AS mandates_current,
               (SELECT count(*) FROM mandates WHERE NOT current)               AS mandates_not_current,
               (SELECT count(*) FROM outbox)                                   AS outbox
        """
    )
    return dict(row) if row else {}
