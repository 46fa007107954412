"""Processes that take messages in at the same moment leave each other what they are at, and never wait in a circle."""

import asyncio
from dataclasses import replace
from functools import partial

from services.membership import use_cases
from services.membership.envelope import read
from services.membership.intake import Incoming
from shared.messaging.batches import Batches
from tests.membership.conftest import Door, delivery
from tests.membership.test_snapshots import on_list
from tests.support.builders import Message, appointed, contact, contact_updated, joined
from tests.support.eventually import eventually


async def test_two_groups_that_name_each_others_people_are_both_taken_in(door: Door) -> None:
    await door.take(contact_updated(contact("anna"), "koege"), contact_updated(contact("bo"), "ringsted"))
    groups = [joined("koege", contact("bo")), joined("ringsted", contact("anna"))]

    async with door.database.transaction() as conn:
        await conn.execute("SELECT FROM quarantine FOR UPDATE")
        taking = [asyncio.create_task(door.take(joining)) for joining in groups]
        await eventually(partial(waits, door, len(groups)))
    await asyncio.gather(*taking)

    assert await door.members() == {"Koege Handelsstandsforening", "Ringsted Handelsstandsforening"}


async def test_what_another_process_is_at_is_left_and_the_rest_taken_in(door: Door) -> None:
    await door.take(contact_updated(contact("bo"), "ringsted"))
    names = ("koege", "soroe", "ringsted", "slagelse")
    people = {"slagelse": contact("anna", email="anna@both.example")}
    group = [read_now(door, joined(name, *(people[name],) if name in people else ())) for name in names]
    other = joined("koege", contact("carl", email="anna@both.example"))
    third = joined("odense", contact("bo"))

    async with door.database.transaction() as at_it, door.database.transaction() as conn:
        await use_cases.receive(at_it, [read_now(door, other), read_now(door, third)], door.now)
        left = await use_cases.receive(conn, group, door.now)

    # The same organisation, somebody whom a waiting message names, and the same address.
    assert left == [group[0], group[2], group[3]]
    assert await door.members() == {
        "Koege Handelsstandsforening",
        "Odense Handelsstandsforening",
        "Soroe Handelsstandsforening",
    }


async def test_what_others_keep_from_being_taken_in_with_what_it_waits_for_keeps_that_back_too(door: Door) -> None:
    await door.take_raw(on_list(appointed(contact("anna"), "koege")))
    join = read_now(door, joined("koege"))

    async with door.database.transaction() as at_it, door.database.transaction() as conn:
        one = on_list(joined("odense"))
        await use_cases.receive(at_it, [Incoming(one, read(one, door.now))], door.now)
        left = await use_cases.receive(conn, [join, read_now(door, joined("soroe"))], door.now)
    await door.take(joined("koege"))

    assert left == [join]
    assert {name for name, _, _ in await door.mandates()} == {"Koege Handelsstandsforening"}


async def test_of_two_with_one_id_about_different_organisations_the_second_is_answered_like_the_first(
    door: Door,
) -> None:
    first = joined("koege")
    second = replace(joined("soroe"), id=first.id)
    batches: Batches[Incoming] = Batches(door.database, partial(use_cases.receive, now=door.now))

    await batches.start()
    async with door.database.transaction() as conn:
        await use_cases.receive(conn, [read_now(door, first)], door.now)
        taking = asyncio.create_task(batches.submit(read_now(door, second)))
        await eventually(partial(waits, door, 1))
    await taking
    await batches.stop()

    answers = await door.answers()
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert await door.members() == {"Koege Handelsstandsforening"}


async def waits(door: Door, count: int) -> bool:
    """Tell whether so many wait for what another has locked."""
    async with door.database.connection() as conn:
        waiting = await conn.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    return bool(waiting == count)


def read_now(door: Door, message: Message) -> Incoming:
    one = delivery(message, door.now)
    return Incoming(one, read(one, door.now))
