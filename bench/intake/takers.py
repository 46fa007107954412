"""Who takes in: our door, in one process or two, and the peers that write the same rows into the same tables."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

import aio_pika
from aio_pika.abc import AbstractChannel

from bench.ours import OurServices
from bench.passage import Pool
from bench.servers import Servers
from bench.upstream import register
from deploy.local.demo.messages import Message
from deploy.local.errors import patience
from deploy.local.program import Program
from deploy.local.servers import ROOT
from shared.messaging import topology

# What a taker is lent for: so many events; none of its programs is started yet.
Lend: TypeAlias = Callable[[Servers, OurServices, int], Sequence[Program]]

LOOK_SECONDS = 0.005
START_SECONDS = 120
DOOR_ALONE = ("--only", "subscribers")
CONNECTED = (
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'membership_runtime' AND datname = current_database()"
)


def our_door(servers: Servers, services: OurServices, events: int) -> Sequence[Program]:
    """Lend one process of membership with its door alone: what it says is passed on once all is taken in."""
    return [services.further("membership", "door", DOOR_ALONE)]


def two_doors(servers: Servers, services: OurServices, events: int) -> Sequence[Program]:
    """Lend two of them."""
    return [services.further("membership", f"door-{number}", DOOR_ALONE) for number in (1, 2)]


def peer(name: str) -> Lend:
    """Return who lends a peer, which logs in as membership does."""

    def lend(servers: Servers, services: OurServices, events: int) -> Sequence[Program]:
        program = servers.run.program(
            f"same-writes-{name}",
            [sys.executable, "-m", "bench.same_writes", name, str(events)],
            working_folder=ROOT,
            environment={
                "DATABASE_URL": services.role_url("membership_runtime"),
                "AMQP_URL": servers.amqp_url("membership"),
            },
        )
        return [program]

    return lend


async def fill_the_inbox(servers: Servers, takers: Sequence[Program], messages: Sequence[Message]) -> None:
    """Start those who take in, and hold them still while the register publishes."""
    async with await aio_pika.connect(servers.amqp_url("operator")) as connection:
        channel = await connection.channel()
        await _start(takers, partial(_consumers, channel))
    for taker in takers:
        taker.pause()
    async with register(servers) as reporting:
        await reporting.publish(messages)


async def begin_without_inbox(pool: Pool, taker: Program) -> None:
    """Start one who takes in what nobody publishes, and return as soon as it begins, which is when it connects."""
    await _start([taker], partial(pool.fetchval, CONNECTED))


async def _start(takers: Sequence[Program], begun: Callable[[], Awaitable[int]]) -> None:
    for taker in takers:
        taker.start()
    async with patience(START_SECONDS, lambda: f"{takers[0].name} does not begin.\n{takers[0].last_lines()}"):
        while await begun() < len(takers):
            for taker in takers:
                taker.ensure_alive()
            await asyncio.sleep(LOOK_SECONDS)


async def _consumers(channel: AbstractChannel) -> int:
    inbox = await channel.get_queue(topology.inbox("membership"))
    return inbox.declaration_result.consumer_count or 0
