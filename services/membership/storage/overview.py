"""SQL that counts what membership knows."""

from shared.database.pool import Connection


async def overview(conn: Connection) -> dict[str, object]:
    """Count what there is, by kind and state."""
    row = await conn.fetchrow(
        """
        SELECT (SELECT count(*) FROM organisations WHERE said)                     AS members_active,
               (SELECT count(*) FROM organisations WHERE NOT said)                 AS members_not_active,
               (SELECT count(*) FROM people)                                       AS people,
               (SELECT count(*) FROM mandates WHERE said)                          AS mandates_current,
               (SELECT count(*) FROM mandates WHERE NOT said)                      AS mandates_not_current,
               (SELECT count(*) FROM upstream_messages WHERE outcome = 'accepted')   AS messages_accepted,
               (SELECT count(*) FROM upstream_messages WHERE outcome = 'superseded') AS messages_superseded,
               (SELECT count(*) FROM quarantine WHERE state = 'held')              AS quarantine_held,
               (SELECT count(*) FROM quarantine WHERE state = 'waiting')           AS quarantine_waiting,
               (SELECT count(*) FROM outbox)                                       AS outbox
        """
    )
    return dict(row) if row else {}
