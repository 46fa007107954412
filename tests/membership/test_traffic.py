"""The door counts what each system sends, and keeps that it listens."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from services.membership import storage
from services.membership.rhythm import Listening, Watched
from services.membership.subscribers import Door
from services.membership.traffic import Traffic
from shared.database.pool import Connection, Database, DatabaseAway
from tests.conftest import DatabaseOf
from tests.membership.conftest import EVENING
from tests.membership.test_envelope import GOOD
from tests.support.broker import Broker
from tests.support.builders import SYSTEM
from tests.support.eventually import eventually
from tests.support.systems import let_report
from tests.support.upstream import system

NOW = EVENING.replace(second=42)


class Hours:
    """A door's counts, at a moment and in a state of the door that a test chooses."""

    def __init__(self, database: Database) -> None:
        self.now = NOW
        self.door_trouble: str | None = None
        self._database = database
        self.traffic = Traffic(database, lambda: self.now, self.ask_door)

    async def ask_door(self) -> str | None:
        return self.door_trouble

    async def watched(self) -> Watched:
        """Return what is known of the system."""
        async with self._database.connection() as conn:
            [found] = await storage.watched_systems(conn, self.now)
        return found

    async def listening(self) -> Listening | None:
        async with self._database.connection() as conn:
            return await storage.find_listening(conn)

    async def is_counted(self, messages: int) -> bool:
        return (await self.watched()).within_hour == messages


@pytest.fixture
async def hours(database: DatabaseOf, membership_database: Database) -> AsyncIterator[Hours]:
    await let_report(await database("membership"))
    hours = Hours(membership_database)
    await hours.traffic.start()
    yield hours
    await hours.traffic.stop()


def sent() -> float:
    """How many messages the metrics count."""
    return REGISTRY.get_sample_value("membership_system_messages_total", {"system": SYSTEM}) or 0.0


async def test_what_each_system_sends_is_written_down_by_the_minute(hours: Hours) -> None:
    before = sent()

    for _ in range(3):
        hours.traffic.count(SYSTEM)
    hours.traffic.count("nobody\ud7ff we know")
    await eventually(lambda: hours.is_counted(3))
    hours.traffic.count(SYSTEM)
    await eventually(lambda: hours.is_counted(4))

    assert (await hours.watched()).last_message_at == NOW.replace(second=0)
    assert sent() - before == 4
    assert await hours.traffic.trouble() is None


async def test_what_is_counted_last_is_written_at_the_end(hours: Hours) -> None:
    hours.traffic.count(SYSTEM)

    await hours.traffic.stop()

    assert await hours.is_counted(1)


async def test_what_cannot_be_written_now_is_written_later(hours: Hours, monkeypatch: pytest.MonkeyPatch) -> None:
    add_traffic, away = storage.add_traffic, [DatabaseAway("a test")]

    async def add_when_back(conn: Connection, messages: dict[str, int], minute: datetime) -> list[str]:
        if messages and away:
            raise away.pop()
        return await add_traffic(conn, messages, minute)

    monkeypatch.setattr(storage, "add_traffic", add_when_back)
    hours.traffic.count(SYSTEM)

    await eventually(lambda: hours.is_counted(1))


async def test_the_door_listens_since_its_last_lapse(hours: Hours) -> None:
    await eventually(hours.listening)
    first = NOW.replace(second=0)

    hours.now += timedelta(minutes=59)
    await eventually(lambda: listens(hours, first, hours.now))
    hours.now += timedelta(minutes=61)
    await eventually(lambda: listens(hours, hours.now, hours.now))


async def test_a_door_in_trouble_does_not_listen(hours: Hours) -> None:
    await eventually(hours.listening)
    heard = hours.now
    hours.door_trouble = "no consumer"
    hours.now += timedelta(minutes=30)

    hours.traffic.count(SYSTEM)
    await eventually(lambda: hours.is_counted(1))

    assert await listens(hours, heard, heard)


async def test_the_door_counts_good_and_bad_messages_alike(
    broker: Broker, database: DatabaseOf, membership_database: Database
) -> None:
    await let_report(await database("membership"))
    door = Door(membership_database, broker.url("membership"), lambda: NOW)
    hours = Hours(membership_database)
    await door.start()
    try:
        async with system(broker) as register:
            await register.publish(GOOD)
            await register.publish(GOOD, body=b"{")
            await register.publish(GOOD, headers={})
        await eventually(lambda: hours.is_counted(3))
        await eventually(hours.listening)
    finally:
        await door.stop()


async def listens(hours: Hours, since: datetime, until: datetime) -> bool:
    minutes = since.replace(second=0), until.replace(second=0)
    return await hours.listening() == Listening(*minutes)
