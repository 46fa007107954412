"""SQL of who is not reached because their address is suppressed, and who is to know of it."""

from collections.abc import Sequence

from shared.database.pool import Connection

from ..suppressions import Colleague, News, Suppression, Unreached


async def people_at(conn: Connection, addresses: Sequence[str]) -> dict[str, list[Unreached]]:
    """List who is reached at each of some addresses in lower case, with the members that they act for."""
    rows = await conn.fetch(
        """
        SELECT lower(p.address), p.id, p.name, p.address,
               ARRAY(
                   SELECT DISTINCT o.name
                     FROM mandates AS m
                     JOIN members AS o ON o.organisation_id = m.organisation_id AND o.active
                    WHERE m.person_id = p.id
                      AND m.current
                    ORDER BY o.name
               )
          FROM people AS p
         WHERE lower(p.address) = ANY($1::text[])
         ORDER BY p.id
        """,
        addresses,
    )
    found: dict[str, list[Unreached]] = {address: [] for address in addresses}
    for address, person_id, name, written, organisations in rows:
        found[address].append(Unreached(person_id, name, written, tuple(organisations)))
    return found


async def keep_unreached(conn: Connection) -> list[News]:
    """Keep who acts for a member and is not reached, and return what nobody was told of yet."""
    rows = await conn.fetch(
        """
        WITH news AS (
            INSERT INTO unreached (suppression_id, person_id, organisation_id)
            SELECT DISTINCT s.id, p.id, m.organisation_id
              FROM suppressions AS s
              JOIN people AS p ON lower(p.address) = s.address
              JOIN mandates AS m ON m.person_id = p.id AND m.current
              JOIN members AS o ON o.organisation_id = m.organisation_id AND o.active
             WHERE s.ended_at IS NULL
             ORDER BY s.id, p.id, m.organisation_id
                ON CONFLICT DO NOTHING
            RETURNING suppression_id, person_id, organisation_id
        )
        SELECT s.id, s.address, s.reason, s.reply, s.since, s.until,
               p.id, p.name, p.address, array_agg(o.name ORDER BY o.name),
               array_agg(o.organisation_id ORDER BY o.organisation_id)
          FROM news
          JOIN suppressions AS s ON s.id = news.suppression_id
          JOIN people AS p ON p.id = news.person_id
          JOIN members AS o ON o.organisation_id = news.organisation_id
         GROUP BY s.id, p.id
         ORDER BY s.id, p.id
        """
    )
    return [
        News(Suppression(*about), Unreached(person_id, name, address, tuple(names)), tuple(ids))
        for *about, person_id, name, address, names, ids in rows
    ]


async def colleagues_of(conn: Connection, news: News) -> list[Colleague]:
    """List who else acts for the members that news are about, has another address, and may be written to."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT p.id, p.name, p.address, p.language
          FROM mandates AS m
          JOIN people AS p ON p.id = m.person_id
         WHERE m.organisation_id = ANY($1::uuid[])
           AND m.current
           AND NOT EXISTS (SELECT FROM suppressions AS s WHERE s.address = lower(p.address) AND s.ended_at IS NULL)
         ORDER BY p.id
        """,
        news.organisation_ids,
    )
    return [Colleague(*row) for row in rows]
