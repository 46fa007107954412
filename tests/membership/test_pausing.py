"""What a paused system publishes is kept as it comes, and taken in once the system goes on."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from services.membership import storage, use_cases
from services.membership.messages import Delivery
from services.membership.planner import plan
from shared.database.pool import Connection, Database
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING, Door, delivery, kept_messages
from tests.support.builders import SYSTEM, contact, joined, left, updated
from tests.support.systems import let_report


async def pause(registrar: Database, paused_at: datetime | None = EVENING, system: str = SYSTEM) -> None:
    async with registrar.connection() as conn:
        await storage.mark_paused(conn, system, paused_at)


async def resume(registrar: Database, door: Door) -> None:
    """Let the system go on, and have the planner take in what was set aside."""
    await pause(registrar, None)
    while await plan(door.database, lambda: EVENING):
        pass


async def set_aside(door: Door) -> dict[str, int]:
    async with door.database.connection() as conn:
        return await storage.count_paused(conn)


def outcomes(answers: Sequence[tuple[str, object]]) -> Counter[str]:
    return Counter(kind for kind, _ in answers)


async def test_what_a_paused_system_publishes_is_kept_unanswered_and_taken_in_when_it_goes_on(
    registrar: Database, door: Door
) -> None:
    await pause(registrar)

    await door.take(joined("koege", contact()), updated("koege", name="Køge Handel"), left("nowhere"))
    unanswered, members = await door.answers(), await door.members()
    await resume(registrar, door)

    assert (unanswered, members) == ([], set())
    assert await door.members() == {"Køge Handel"}
    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 2}
    assert [kept.state for kept in await kept_messages(door.database)] == ["waiting"]


async def test_a_message_that_came_again_during_the_pause_is_answered_as_often_as_it_came(
    registrar: Database, door: Door
) -> None:
    message = joined()
    await pause(registrar)

    await door.take(message, message)
    await door.take(message)
    kept = await set_aside(door)
    await resume(registrar, door)

    assert kept == {SYSTEM: 3}
    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 3}


async def test_a_broken_message_is_refused_only_when_its_system_goes_on(registrar: Database, door: Door) -> None:
    await pause(registrar)

    await door.take_raw(delivery(joined(), EVENING, body=b"{"))
    unanswered = await door.answers()
    await resume(registrar, door)

    assert unanswered == []
    assert outcomes(await door.answers()) == {"upstream.message_rejected.v1": 1}


async def test_a_paused_system_keeps_no_other_waiting(database: DatabaseOf, registrar: Database, door: Door) -> None:
    await let_report(await database("membership"), "erp", "/erp")
    await pause(registrar, system="erp")

    await door.take(joined())

    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 1}


async def fail_at_once(conn: Connection) -> None:
    raise ZeroDivisionError


async def fail_at_the_end(conn: Connection) -> None:
    """Break what is looked at when the transaction ends: two people with one address."""
    await conn.execute(
        """
        INSERT INTO people (id, name, email, language, version)
        SELECT gen_random_uuid(), 'Anna', 'anna@koege.example', 'da', 1
          FROM generate_series(1, 2)
        """
    )


@pytest.mark.parametrize("fail", [fail_at_once, fail_at_the_end])
async def test_a_message_that_we_fail_on_is_held_and_harms_no_other(
    registrar: Database, door: Door, fail: Callable[[Connection], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = use_cases.take_in_again

    async def fail_on_one(conn: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
        await take_in(conn, deliveries, now)
        if any(b"Uheld" in one.body for one in deliveries):
            await fail(conn)

    monkeypatch.setattr(use_cases, "take_in_again", fail_on_one)
    await pause(registrar)
    await door.take(joined("a"), joined("b"), joined("c", name="Uheld"), joined("d"), joined("e"))

    await resume(registrar, door)

    assert await door.members() == {f"{key} Handelsstandsforening" for key in "ABDE"}
    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 4, "upstream.message_rejected.v1": 1}
    [kept] = await kept_messages(door.database)
    assert (kept.state, kept.faults[0].code) == ("held", "internal")


async def test_many_messages_are_taken_in_once_however_many_planners_look(registrar: Database, door: Door) -> None:
    await pause(registrar)
    await door.take(*(joined(f"by-{number}") for number in range(1_200)))
    await pause(registrar, None)

    while any(await asyncio.gather(*(plan(door.database, lambda: EVENING) for _ in range(3)))):
        pass

    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 1_200}
    assert await set_aside(door) == {}


async def test_what_a_system_published_before_it_was_removed_is_held(registrar: Database, door: Door) -> None:
    await pause(registrar)
    await door.take(joined())

    async with registrar.connection() as conn:
        await storage.remove_system(conn, SYSTEM)
    await plan(door.database, lambda: EVENING)

    [kept] = await kept_messages(door.database)
    assert (kept.state, kept.faults[0].code) == ("held", "source_not_allowed")


async def test_what_waits_is_not_given_up_while_what_it_waits_for_may_be_set_aside(
    registrar: Database, door: Door
) -> None:
    await door.take(updated("koege", name="Køge Handel").at(1))
    await pause(registrar)
    await door.take(joined("koege"))

    await plan(door.database, lambda: EVENING + timedelta(hours=1))
    await pause(registrar, None)
    await plan(door.database, lambda: EVENING + timedelta(hours=2))

    assert outcomes(await door.answers()) == {"upstream.message_accepted.v1": 2}
    assert await door.members() == {"Køge Handel"}
