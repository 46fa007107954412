"""Systems that fall silent or flood: shown, told to their owners once an episode, and over when they are."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.membership import storage, use_cases
from services.membership.metrics import systems_look
from services.membership.rhythm import LAPSE, Concern
from shared.database.pool import Database, opened
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING
from tests.support.builders import SYSTEM
from tests.support.systems import let_report

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OTHER = "erp"
USUAL_LIMIT = 20_000


@dataclass
class Watch:
    """Watches over the systems `register` and `erp`, at `now`; the owner of `register` is known."""

    database: Database
    operator: Database
    now: datetime = EVENING

    async def send(self, system: str = SYSTEM, messages: int = 1) -> None:
        """Have a system send something now."""
        async with self.database.transaction() as conn:
            await storage.add_traffic(conn, {system: messages}, self.now)
            await storage.mark_listening(conn, self.now, LAPSE)

    async def send_daily(self, days: int, system: str = SYSTEM) -> None:
        """Have it send once a day, and go to the last of them."""
        for day in range(days):
            await self.send(system)
            if day < days - 1:
                self.now += DAY

    async def fall_silent(self) -> None:
        """Have `register` send once a day for three weeks, and then nothing for 37 hours; nobody looks yet."""
        await self.send_daily(21)
        await self.listen_for(37 * HOUR)

    async def flood(self) -> None:
        """Have `register` send one more than 100 messages in half an hour, its limit; nobody looks yet."""
        await self.set_system("most_per_hour = 100")
        await self.send(messages=60)
        self.now += HOUR / 2
        await self.send(messages=41)

    async def listen(self) -> None:
        async with self.database.transaction() as conn:
            await storage.mark_listening(conn, self.now, LAPSE)

    async def listen_for(self, long: timedelta) -> None:
        """Let time pass in which the door listens."""
        until = self.now + long
        while self.now < until:
            self.now = min(self.now + LAPSE, until)
            await self.listen()

    async def look(self) -> None:
        async with self.database.transaction() as conn:
            await use_cases.watch(conn, self.now)

    async def said(self) -> list[tuple[str, dict[str, Any]]]:
        """Empty the outbox and return what stood in it, as (type, data)."""
        async with self.database.transaction() as conn:
            rows = await conn.fetch("DELETE FROM outbox RETURNING event_type, body")
        return [(row["event_type"], json.loads(row["body"])) for row in rows]

    async def kinds_said(self) -> list[str]:
        return [kind for kind, _ in await self.said()]

    async def concerns(self) -> list[Concern]:
        async with self.database.connection() as conn:
            return await storage.open_concerns(conn)

    async def words(self) -> dict[str, tuple[str, bool]]:
        """Return what `status` says of each subject, and whether that is well."""
        findings = await systems_look(self.database, lambda: self.now)()
        return {finding.subject: (finding.words, finding.well) for finding in findings}

    async def set_system(self, statement: str) -> None:
        """Change `register` as its operator would."""
        async with self.operator.connection() as conn:
            await conn.execute(f"UPDATE systems SET {statement} WHERE name = $1", SYSTEM)


@pytest.fixture
async def watch(database: DatabaseOf, membership_database: Database) -> AsyncIterator[Watch]:
    membership = await database("membership")
    for system in (SYSTEM, OTHER):
        await let_report(membership, system, f"/{system}")
    async with opened(membership.owner_url) as operator:
        watch = Watch(membership_database, operator)
        await watch.set_system("owner_email = 'drift@partner.example', owner_language = 'da'")
        await watch.listen()
        yield watch


async def test_the_owner_is_told_once_of_a_silence_that_is_longer_than_usual(watch: Watch) -> None:
    await watch.fall_silent()
    since = watch.now - 37 * HOUR

    await watch.look()
    watch.now += HOUR
    await watch.look()

    [(kind, said)] = await watch.said()
    assert kind == "membership.system_fell_silent.v1"
    assert (said["system"], said["usual_hours"]) == (SYSTEM, 24)
    assert datetime.fromisoformat(said["since"]) == since
    assert said["owner"] == {"email": "drift@partner.example", "language": "da"}
    assert said["correlation_id"] == said["episode_id"]
    assert [concern.since for concern in await watch.concerns()] == [since]


async def test_a_silence_is_shown_until_the_next_message_and_a_later_one_is_another(watch: Watch) -> None:
    await watch.fall_silent()
    since = f"{watch.now - 37 * HOUR:%Y-%m-%d %H:%M} UTC"
    await watch.look()
    words = (
        f"register has been silent since {since}, usually for 24 hours at most, and its owner was told; "
        "if that is meant: python -m services.membership systems pause NAME"
    )
    assert await watch.words() == {"silent systems": (words, False), "flooding systems": ("none", True)}

    await watch.send()
    await watch.look()
    assert (await watch.words())["silent systems"] == ("none", True)

    await watch.listen_for(3 * DAY)
    await watch.look()
    assert len(await watch.said()) == 2


async def test_a_silence_within_the_rhythm_is_none(watch: Watch) -> None:
    await watch.send_daily(21)
    await watch.listen_for(35 * HOUR)

    await watch.look()

    assert await watch.concerns() == []


async def test_a_system_whose_rhythm_is_not_known_is_never_silent(watch: Watch) -> None:
    await watch.send_daily(14)
    await watch.listen_for(30 * DAY)

    await watch.look()

    assert await watch.concerns() == []


async def test_a_paused_system_is_not_silent_and_its_silence_is_over(watch: Watch) -> None:
    await watch.fall_silent()
    await watch.look()
    await watch.set_system("paused_at = now()")

    await watch.look()
    await watch.look()

    assert await watch.concerns() == []
    assert len(await watch.said()) == 1


async def test_the_wait_for_a_system_begins_anew_when_it_goes_on(watch: Watch) -> None:
    await watch.fall_silent()
    await watch.set_system("paused_at = now()")
    await watch.look()
    await watch.set_system("paused_at = NULL")

    await watch.listen_for(36 * HOUR)
    await watch.look()
    assert await watch.concerns() == []

    await watch.listen_for(HOUR)
    await watch.look()
    assert len(await watch.concerns()) == 1


async def test_a_silence_lasts_longer_than_the_memory_of_a_rhythm(watch: Watch) -> None:
    await watch.fall_silent()
    await watch.look()
    watch.now += 200 * DAY
    await watch.listen()
    await watch.look()
    await watch.look()

    assert len(await watch.concerns()) == len(await watch.said()) == 1
    await watch.words()
    age = REGISTRY.get_sample_value("membership_system_last_message_seconds", {"system": SYSTEM})
    assert age == (200 * DAY + 37 * HOUR).total_seconds()


async def test_nobody_is_silent_while_the_door_does_not_listen_or_has_only_begun_to(watch: Watch) -> None:
    await watch.send_daily(21)
    watch.now += 5 * DAY
    await watch.look()
    await watch.listen()
    await watch.look()
    assert await watch.concerns() == []

    await watch.listen_for(37 * HOUR)
    await watch.look()

    assert [concern.system for concern in await watch.concerns()] == [SYSTEM]


async def test_the_owner_is_told_once_of_a_flood(watch: Watch) -> None:
    await watch.flood()
    await watch.look()
    await watch.send()
    await watch.look()

    [(kind, said)] = await watch.said()
    assert kind == "membership.system_flooded.v1"
    assert (said["system"], said["messages"], said["most_per_hour"]) == (SYSTEM, 101, 100)
    assert datetime.fromisoformat(said["at"]) == watch.now
    assert said["owner"] == {"email": "drift@partner.example", "language": "da"}
    words, well = (await watch.words())["flooding systems"]
    since = f"{watch.now:%Y-%m-%d %H:%M} UTC"
    assert words == (
        f"register sends more than 100 messages an hour since {since}, and its owner was told; "
        "if it may: python -m services.membership systems add NAME --most-per-hour N"
    )
    assert not well


async def test_a_flood_around_its_limit_is_one_and_so_is_one_that_comes_again_within_a_day(watch: Watch) -> None:
    await watch.flood()
    await watch.look()
    watch.now += HOUR / 2
    await watch.send(messages=50)
    await watch.look()
    assert len(await watch.concerns()) == 1

    watch.now += 2 * HOUR
    await watch.look()
    assert await watch.concerns() == []

    watch.now += 20 * HOUR
    await watch.send(messages=101)
    await watch.look()
    assert len(await watch.concerns()) == 1
    assert len(await watch.said()) == 1


async def test_a_flood_of_another_day_is_told_again(watch: Watch) -> None:
    await watch.flood()
    await watch.look()
    watch.now += 2 * HOUR
    await watch.look()
    watch.now += 2 * DAY
    await watch.send(messages=101)
    await watch.look()

    assert await watch.kinds_said() == ["membership.system_flooded.v1"] * 2


async def test_a_system_without_a_limit_of_its_own_has_the_usual_one(watch: Watch) -> None:
    await watch.send(messages=USUAL_LIMIT)
    await watch.look()
    assert await watch.concerns() == []

    await watch.send()
    await watch.look()

    assert [concern.most for concern in await watch.concerns()] == [USUAL_LIMIT]


async def test_a_system_that_is_freed_of_its_limit_floods_no_longer(watch: Watch) -> None:
    await watch.flood()
    await watch.look()

    await watch.set_system("most_per_hour = NULL")
    await watch.send(messages=USUAL_LIMIT)
    await watch.look()

    assert await watch.concerns() == []
    assert len(await watch.said()) == 1


async def test_where_no_owner_is_known_nobody_is_told_and_that_is_shown(watch: Watch) -> None:
    await watch.send(OTHER, USUAL_LIMIT + 1)

    await watch.look()

    assert await watch.said() == []
    words, _ = (await watch.words())["flooding systems"]
    assert "nobody was told; name its owner: python -m services.membership systems add NAME --owner ADDRESS" in words


@pytest.mark.parametrize("begin", [Watch.fall_silent, Watch.flood])
async def test_two_planners_say_it_once(watch: Watch, begin: Callable[[Watch], Awaitable[None]]) -> None:
    await begin(watch)
    read = asyncio.Barrier(2)
    open_concerns = storage.open_concerns

    async def read_at_the_same_time(conn: Any) -> list[Concern]:
        found = await open_concerns(conn)
        await read.wait()
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(storage, "open_concerns", read_at_the_same_time)
        await asyncio.gather(watch.look(), watch.look())

    assert len(await watch.said()) == len(await watch.concerns()) == 1


async def test_what_is_older_than_sixty_days_is_forgotten_but_for_the_last(watch: Watch) -> None:
    await watch.send_daily(10)
    await watch.send_daily(5, OTHER)
    watch.now += 61 * DAY
    await watch.send(OTHER)

    await watch.look()

    async with watch.database.connection() as conn:
        rows = await conn.fetch("SELECT system, count(*) AS n FROM system_traffic GROUP BY system")
    assert {row["system"]: row["n"] for row in rows} == {SYSTEM: 1, OTHER: 1}


async def test_only_registered_systems_are_counted(watch: Watch) -> None:
    async with watch.database.transaction() as conn:
        counted = await storage.add_traffic(conn, {SYSTEM: 2, "nobody": 9}, watch.now)
        counted += await storage.add_traffic(conn, {SYSTEM: 3, OTHER: 4}, watch.now)

    assert sorted(counted) == [OTHER, SYSTEM, SYSTEM]
    async with watch.database.connection() as conn:
        watched = await storage.watched_systems(conn, watch.now)
    assert [(system.system, system.within_hour) for system in watched] == [(OTHER, 4), (SYSTEM, 5)]


async def test_a_system_that_is_removed_takes_its_traffic_and_episodes_along(watch: Watch) -> None:
    await watch.fall_silent()
    await watch.look()

    async with watch.operator.connection() as conn:
        await conn.execute("DELETE FROM systems WHERE name = $1", SYSTEM)
    await watch.look()

    assert await watch.concerns() == []
