"""Processes that take messages in at the same moment wait for one another, and never in a circle."""

import asyncio

from tests.membership.conftest import Door
from tests.support.builders import contact, contact_updated, joined
from tests.support.eventually import eventually


async def test_two_groups_that_name_each_others_people_are_both_taken_in(door: Door) -> None:
    await door.take(contact_updated(contact("anna"), "koege"), contact_updated(contact("bo"), "ringsted"))
    groups = [joined("koege", contact("bo")), joined("ringsted", contact("anna"))]

    async def both_wait() -> bool:
        async with door.database.connection() as conn:
            waiting = await conn.fetchval(
                """
                SELECT count(*)
                  FROM pg_stat_activity
                 WHERE datname = current_database()
                   AND wait_event_type = 'Lock'
                """
            )
        return bool(waiting == len(groups))

    async with door.database.transaction() as conn:
        await conn.execute("SELECT FROM quarantine FOR UPDATE")
        taking = [asyncio.create_task(door.take(joining)) for joining in groups]
        await eventually(both_wait)
    await asyncio.gather(*taking)

    assert await door.members() == {"Koege Handelsstandsforening", "Ringsted Handelsstandsforening"}
