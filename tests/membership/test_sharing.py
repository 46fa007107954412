"""A system speaks only about organisations that it brought, unless the operator lets several share one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest

from services.membership import storage, use_cases
from shared.database.pool import Database, opened
from shared.errors import Conflict, NotFound
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING, Door, delivery
from tests.support.builders import MORNING, SOURCE, Message, appointed, contact, joined, left, updated

PARTNER, PARTNER_SOURCE = "partner", "/partner"
KOEGE, K7 = (SOURCE, "koege"), (PARTNER_SOURCE, "k7")


@dataclass(frozen=True)
class Two:
    """Two systems: the register has brought Køge, and the partner calls it k7."""

    door: Door
    administration: Database

    async def partner(self, *messages: Message) -> list[tuple[str, dict[str, Any]]]:
        """Take in what the partner says, and return what it is answered: `(word, data)`."""
        told = (replace(message, source=PARTNER_SOURCE) for message in messages)
        await self.door.take_raw(*(delivery(one, EVENING, routing_key=f"{PARTNER}.x") for one in told))
        return await self.answers()

    async def register(self, *messages: Message) -> list[tuple[str, dict[str, Any]]]:
        """Take in what the register says, and return what it is answered."""
        await self.door.take(*messages)
        return await self.answers()

    async def answers(self) -> list[tuple[str, dict[str, Any]]]:
        return [(kind.split(".")[1].removeprefix("message_"), told) for kind, told in await self.door.answers()]

    async def share(self) -> None:
        async with self.administration.transaction() as conn:
            await use_cases.share(conn, K7, KOEGE, EVENING)


@pytest.fixture
async def two(door: Door, database: DatabaseOf) -> AsyncIterator[Two]:
    async with opened((await database("membership")).owner_url) as administration:
        async with administration.transaction() as conn:
            await storage.add_system(conn, PARTNER, MORNING)
            await storage.allow_source(conn, PARTNER, PARTNER_SOURCE)
        await door.take(joined("koege", contact("anna")))
        await door.answers()
        yield Two(door, administration)


async def test_what_another_system_brought_is_not_known_to_a_system(two: Two) -> None:
    told = await two.partner(updated("koege", name="Hijacked"))

    assert told == []
    assert await two.door.members() == {"Koege Handelsstandsforening"}


async def test_a_shared_organisation_is_what_was_said_last_whoever_said_it(two: Two) -> None:
    await two.share()

    told = await two.partner(updated("k7", name="By partner").at(2))
    late = await two.register(updated("koege", name="Older").at(1))
    newer = await two.register(updated("koege", name="By register").at(3))

    assert [word for word, _ in told + late + newer] == ["accepted", "superseded", "accepted"]
    assert told[0][1]["organisation_id"] == newer[0][1]["organisation_id"]
    assert await two.door.members() == {"By register"}


@pytest.mark.parametrize("order", [1, -1])
async def test_of_two_with_one_time_and_id_the_same_one_holds_in_either_order(two: Two, order: int) -> None:
    await two.share()
    of_register, of_partner = updated("koege", name="A").at(1), updated("k7", name="B").at(1)
    told = [
        delivery(of_register, EVENING),
        delivery(replace(of_partner, id=of_register.id, source=PARTNER_SOURCE), EVENING, routing_key=f"{PARTNER}.x"),
    ]

    for one in told[::order]:
        await two.door.take_raw(one)

    assert await two.door.members() == {"A"}


async def test_who_acts_for_a_shared_organisation_is_each_ones_own_to_say(two: Two) -> None:
    await two.share()

    await two.partner(appointed(contact("a1", email="bo@koege.example", role="chair"), "k7").at(1))
    await two.partner(joined("k7", contact("a2", email="carl@koege.example", role="deputy")).at(2))

    assert {(email, role) for _, email, role in await two.door.mandates()} == {
        ("anna@koege.example", "contact"),
        ("bo@koege.example", "chair"),
        ("carl@koege.example", "deputy"),
    }


async def test_when_one_of_them_says_that_it_left_it_has_left(two: Two) -> None:
    await two.share()

    await two.partner(left("k7").at(1))

    assert await two.door.members() == set()
    assert await two.door.mandates() == set()


async def test_what_waited_for_it_is_taken_in_at_once(two: Two) -> None:
    early = await two.partner(updated("k7", name="Early").at(1))

    await two.share()

    assert early == []
    assert [word for word, _ in await two.answers()] == ["accepted"]
    assert await two.door.members() == {"Early"}


async def test_it_is_shown_who_said_what(two: Two) -> None:
    await two.share()
    await two.partner(updated("k7", name="By partner").at(1))

    async with two.door.database.transaction() as conn:
        found, the_same = [await use_cases.ownership(conn, key) for key in (KOEGE, K7)]

    assert found == the_same
    assert found["brought_by"] == {"source": SOURCE, "key": "koege"}
    assert found["shared_with"] == [{"source": PARTNER_SOURCE, "key": "k7"}]
    said = found["last_said"]
    assert isinstance(said, dict)
    assert {group: told["source"] for group, told in said.items()} == {"described": PARTNER_SOURCE, "joined": SOURCE}


async def test_once_it_is_shared_no_longer_the_system_can_say_no_more_of_it(two: Two) -> None:
    await two.share()
    await two.partner(updated("k7", name="Before").at(1))

    async with two.administration.transaction() as conn:
        await use_cases.unshare(conn, K7)

    assert await two.partner(updated("k7", name="After").at(2)) == []
    assert await two.door.members() == {"Before"}


async def test_sharing_twice_is_sharing_once(two: Two) -> None:
    await two.share()
    await two.share()

    async with two.administration.transaction() as conn:
        await use_cases.unshare(conn, K7)
        with pytest.raises(NotFound, match="/partner shares no organisation k7"):
            await use_cases.unshare(conn, K7)


async def test_what_a_system_calls_another_organisation_cannot_be_shared(two: Two) -> None:
    await two.partner(joined("k7"))

    with pytest.raises(Conflict, match="/partner calls another organisation k7: K7 Handelsstandsforening"):
        await two.share()


@pytest.mark.parametrize(
    ("link", "organisation", "words"),
    [
        (K7, (SOURCE, "nowhere"), "/register has brought no organisation nowhere"),
        (("/nobody", "k7"), KOEGE, "/nobody is no source that a system may speak for"),
    ],
)
async def test_what_is_not_there_cannot_be_shared(
    two: Two, link: tuple[str, str], organisation: tuple[str, str], words: str
) -> None:
    async with two.administration.transaction() as conn:
        with pytest.raises(NotFound, match=words):
            await use_cases.share(conn, link, organisation, EVENING)


async def test_who_runs_the_service_cannot_share(two: Two) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.door.database.transaction() as conn:
            await use_cases.share(conn, K7, KOEGE, EVENING)
