"""A system sends its complete list: what is missing from it is listed for a human, and nothing is removed by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from services.membership import storage, use_cases
from shared.errors import NotFound
from tests.membership.conftest import EVENING, Door, delivery
from tests.support.builders import MORNING, Message, appointed, contact, departed, joined, left, updated

LIST = "2026-11-24"


def on_list(message: Message, snapshot: str = LIST) -> Any:
    return delivery(message, EVENING, headers={**message.headers, "ce-snapshot": snapshot})


def started(snapshot: str = LIST) -> Message:
    return Message("upstream.snapshot_started.v1", {"snapshot": snapshot}).at(100)


def ended(messages: int, snapshot: str = LIST) -> Message:
    return Message("upstream.snapshot_ended.v1", {"snapshot": snapshot, "messages": messages}).at(101)


async def send(door: Door, *messages: Message, count: int | None = None, snapshot: str = LIST) -> None:
    """Send a complete list."""
    whole = len(messages) if count is None else count
    await door.take_raw(
        delivery(started(snapshot), EVENING),
        *(on_list(message, snapshot) for message in messages),
        delivery(ended(whole, snapshot), EVENING),
    )


async def missing(door: Door) -> list[tuple[str, str | None]]:
    async with door.database.connection() as conn:
        return [(found.key, found.contact_key) for found in await storage.missing(conn)]


async def ids(door: Door) -> list[int]:
    async with door.database.connection() as conn:
        return [found.id for found in await storage.missing(conn)]


def words(answers: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    return [kind.split(".")[1].removeprefix("message_") for kind, _ in answers]


@pytest.fixture
async def network(door: Door) -> Door:
    """Køge with Anna and Bo, and Ringsted with Carl."""
    await door.take(
        joined("koege", contact("anna"), contact("bo", role="deputy")),
        joined("ringsted", contact("carl", email="carl@ringsted.example")),
    )
    await door.said()
    return door


async def test_what_is_not_on_the_list_is_listed_and_nothing_is_removed(network: Door) -> None:
    await send(network, joined("koege", contact("anna")).at(90))

    assert await missing(network) == [("koege", "bo"), ("ringsted", None)]
    assert len(await network.members()) == 2
    assert len(await network.mandates()) == 3


async def test_unchanged_records_say_nothing(network: Door) -> None:
    again = [
        joined("koege", contact("anna"), contact("bo", role="deputy")).at(90),
        joined("ringsted", contact("carl", email="carl@ringsted.example")).at(90),
    ]

    await send(network, *again)

    assert await network.said() == []
    assert await missing(network) == []


async def test_the_same_messages_once_more_are_a_complete_list_too(door: Door) -> None:
    everything = [joined("koege", contact("anna")), joined("ringsted")]
    await door.take(*everything)
    await door.answers()

    await send(door, *everything)

    assert words(await door.answers()) == ["accepted"] * 4
    assert await missing(door) == []


async def test_a_list_is_answered_like_everything_else(network: Door) -> None:
    await send(network, joined("koege").at(90), joined("ringsted").at(90))

    answers = await network.answers()

    assert words(answers) == ["accepted"] * 4
    assert {told["organisation_id"] for _, told in answers if told["message_type"].startswith("upstream.snapshot")} == {
        None
    }


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_depends_on_the_order_in_which_a_list_comes(network: Door, seed: int) -> None:
    told = [
        delivery(started(), EVENING),
        on_list(joined("koege").at(90)),
        on_list(appointed(contact("anna"), "koege").at(90)),
        on_list(appointed(contact("dan", email="dan@new.example"), "new").at(90)),
        on_list(joined("new").at(89)),
        delivery(ended(4), EVENING),
    ]
    Random(seed).shuffle(told)

    for one in told:
        await network.take_raw(one)

    assert len(await network.answers()) == 6
    assert await missing(network) == [("koege", "bo"), ("ringsted", None)]


async def test_a_list_of_which_something_is_missing_lists_nothing_and_is_refused_once_it_waited(network: Door) -> None:
    await send(network, joined("koege").at(90), count=2)
    before = words(await network.answers())

    async with network.database.transaction() as conn:
        await use_cases.give_up_waiting(conn, EVENING + timedelta(minutes=11))

    ((kind, told),) = await network.answers()
    assert len(before) == 2
    assert kind == "upstream.message_rejected.v1"
    assert told["faults"][0]["field"] == "data.messages"
    assert told["faults"][0]["reason"] == "is 2, and 1 of them could be taken in"
    assert await missing(network) == []


async def test_a_list_ends_once_its_last_message_has_come(network: Door) -> None:
    await send(network, joined("koege").at(90), count=2)

    await network.take_raw(on_list(joined("ringsted").at(90)))

    assert await missing(network) == [("koege", "anna"), ("koege", "bo"), ("ringsted", "carl")]


async def test_who_is_gone_is_not_on_the_list(network: Door) -> None:
    await send(network, joined("koege", contact("anna")).at(90), departed("bo").at(90), left("ringsted").at(90))

    assert await missing(network) == []
    assert len(await network.members()) == 1


async def test_what_the_secretariat_removes_is_gone_and_nobody_is_answered(network: Door) -> None:
    await send(network, joined("koege", contact("anna")).at(90))
    await network.answers()

    async with network.database.transaction() as conn:
        found = [one.id for one in await storage.missing(conn)]
        await use_cases.remove_missing(conn, found, "Mette", date(2026, 3, 1), EVENING)

    assert await missing(network) == []
    assert len(await network.members()) == 1
    assert [email for _, email, _ in await network.mandates()] == ["anna@koege.example"]
    assert await network.answers() == []


async def test_a_removal_is_audited_as_the_secretariats_whatever_ids_its_system_has_used(network: Door) -> None:
    await send(network, joined("koege", contact("anna"), contact("bo", role="deputy")).at(90))
    (found,) = await ids(network)
    await network.take(replace(updated("koege"), id=f"missing-{found}"))

    async with network.database.transaction() as conn:
        await use_cases.remove_missing(conn, [found], "Mette", date(2026, 3, 1), EVENING)
        (entry, *_) = await storage.audit(
            conn, system="secretariat", organisation=None, message=None, before=None, most=5
        )

    assert entry["message_type"] == "upstream.organisation_left.v1"
    assert await network.members() == {"Koege Handelsstandsforening"}


async def test_what_is_kept_is_listed_again_only_once_it_was_on_a_list_in_between(network: Door) -> None:
    koege = joined("koege", contact("anna"), contact("bo", role="deputy"))
    ringsted = joined("ringsted", contact("carl", email="carl@ringsted.example"))
    await send(network, koege)
    async with network.database.transaction() as conn:
        await use_cases.keep_missing(conn, [one.id for one in await storage.missing(conn)], "Mette", EVENING)

    seen = []
    for number, listed in enumerate([[koege], [koege, ringsted], [koege]]):
        await send(network, *listed, snapshot=f"list {number}")
        seen.append(await missing(network))

    assert seen == [[], [], [("ringsted", None)]]


async def test_what_comes_back_awaits_no_decision(network: Door) -> None:
    await send(network, joined("koege").at(90))
    await send(network, joined("koege", contact("anna")).at(91), updated("ringsted").at(91), snapshot="next")

    assert await missing(network) == [("koege", "bo"), ("ringsted", "carl")]


async def test_what_has_left_meanwhile_awaits_no_decision(network: Door) -> None:
    await send(network, joined("koege", contact("anna"), contact("bo", role="deputy")).at(90))

    await network.take(left("ringsted").at(200))

    assert await missing(network) == []


async def test_what_joined_after_the_list_ended_is_not_missing_from_it(network: Door) -> None:
    late = joined("roskilde")
    await network.take(replace(late, time=MORNING + timedelta(minutes=500)))

    await send(network, joined("koege", contact("anna"), contact("bo", role="deputy")), updated("ringsted").at(90))

    assert ("roskilde", None) not in await missing(network)


async def test_a_decision_is_taken_once(network: Door) -> None:
    await send(network, joined("koege", contact("anna"), contact("bo", role="deputy")).at(90))
    found = await ids(network)

    async with network.database.transaction() as conn:
        await use_cases.remove_missing(conn, found, "Mette", date(2026, 3, 1), EVENING)
        with pytest.raises(NotFound, match="no decision is awaited"):
            await use_cases.keep_missing(conn, found, "Mette", EVENING)


async def test_what_was_on_a_list_that_never_ended_is_forgotten(network: Door) -> None:
    await network.take_raw(on_list(joined("koege").at(90)))

    async with network.database.transaction() as conn:
        await storage.remove_mentions(conn, EVENING + timedelta(days=365))
        left_over = await conn.fetchval("SELECT count(*) FROM snapshot_mentions")

    assert left_over == 0
