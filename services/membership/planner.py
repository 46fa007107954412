"""Finds what time and the operator make due: terms, waits that are over, systems that go on or are out of step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database

from . import storage, use_cases
from .messages import Delivery, Failed

log = logs.get(__name__)

MOST_AT_ONCE = 500
UNENDED_SNAPSHOTS_KEPT = timedelta(days=7)


async def plan(database: Database, now: Clock) -> bool:
    """Do what is due; return whether there may be more."""
    async with database.transaction() as conn:
        more = await use_cases.keep_time(conn, now())
    more = await take_in_paused(database, now()) or more
    async with database.transaction() as conn:
        await storage.remove_mentions(conn, now() - UNENDED_SNAPSHOTS_KEPT)
        more = await use_cases.give_up_waiting(conn, now()) or more
    async with database.transaction() as conn:
        return await use_cases.forget_settled(conn, now()) or more


async def watch(database: Database, now: Clock) -> bool:
    """Notice which systems are silent or flood; until the next look there is no more to notice."""
    async with database.transaction() as conn:
        await use_cases.watch(conn, now())
    return False


async def take_in_paused(database: Database, now: datetime) -> bool:
    """Take in the oldest messages of systems that were paused and no longer are; return whether there may be more."""
    async with database.transaction() as conn:
        paused = await storage.take_paused(conn, MOST_AT_ONCE)
        deliveries = [kept.delivery for kept in paused for _ in range(kept.times)]
        for first in range(0, len(deliveries), MOST_AT_ONCE):
            await _take_in(conn, deliveries[first : first + MOST_AT_ONCE], now)
    return len(paused) == MOST_AT_ONCE


async def _take_in(conn: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    """Take in a group; one on which we fail is held."""

    async def together(some: Sequence[Delivery]) -> list[None]:
        await use_cases.take_in_again(conn, some, now)
        return []

    async def alone(delivery: Delivery, why: Exception) -> list[None]:
        log.error("a message that we fail on", system=delivery.system, exc_info=why)
        await use_cases.hold(conn, [Failed(delivery, why)], now)
        return []

    await use_cases.halved(conn, deliveries, together, alone)
