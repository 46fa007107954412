"""How many upstream events a second go all the way into the other services, beside the straightforward platform."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from statistics import median
from typing import Any

import aio_pika
import asyncpg
from aio_pika.abc import AbstractChannel

from deploy.local.errors import patience
from deploy.local.program import Program
from shared.messaging import topology

from .contenders import CONTENDERS, Contender
from .options import Options
from .passage import Passage, clock
from .report import Result, Row, at_least, progress
from .right_end import check_end
from .servers import Servers
from .upstream import register
from .upstream_load import Load, load

OURS, PEER = "ours", "straightforward"
HEARERS = ("meetings", "notifications")
SERVERS = ("postgres", "rabbitmq")
EVENTS = 20_000
LEAST_TIMES_PEER = 3
LOOK_SECONDS = 0.005


async def measure(servers: Servers, options: Options) -> Result:
    """Let both platforms take in the same messages, in turn."""
    told = load(options.events or EVENTS)
    passages: dict[str, list[Passage]] = {name: [] for name in CONTENDERS}
    for _ in range(options.rounds):
        for name, lend in CONTENDERS.items():
            async with lend(servers) as contender:
                passage = await _pass(servers, contender, told)
            progress(f"throughput: {name} {passage.rate:.0f} events/s")
            passages[name].append(passage)
    rounds = {name: [_plain(passage) for passage in found] for name, found in passages.items()}
    return Result(_rows(passages), rounds, [_where_time_goes(name, found) for name, found in passages.items()])


async def _pass(servers: Servers, contender: Contender, told: Load) -> Passage:
    programs = contender.programs
    watched = {**programs, **{name: servers.run.programs[name] for name in SERVERS}}
    await servers.empty_queues()
    async with (
        asyncpg.create_pool(contender.database_url, min_size=2, max_size=2) as pool,
        await aio_pika.connect(servers.amqp_url("operator")) as connection,
    ):
        channel = await connection.channel()
        for hearer in HEARERS:
            await _start(programs[hearer], hearer, channel)
        async with register(servers) as reporting:
            await reporting.publish(told.messages)
        await servers.execute("CHECKPOINT")
        await _start(programs["membership"], "membership", channel)
        passage = await clock(pool, told, watched)
        await check_end(servers, pool, told)
    return passage


async def _start(program: Program, service: str, channel: AbstractChannel) -> None:
    """Start a service and return as soon as it consumes."""
    program.start()
    async with patience(60, lambda: f"{program.name} does not consume.\n{program.last_lines()}"):
        while not (await channel.get_queue(topology.inbox(service))).declaration_result.consumer_count:
            program.ensure_alive()
            await asyncio.sleep(LOOK_SECONDS)


def _rows(passages: Mapping[str, Sequence[Passage]]) -> list[Row]:
    """The processor time has no goal, but hardly depends on what else the machine does."""

    def middle(of: Callable[[Passage], float], name: str) -> float:
        return median(map(of, passages[name]))

    rate, cost = attrgetter("rate"), attrgetter("cpu_milliseconds")
    return [
        Row("upstream events", "events/s", middle(rate, OURS), middle(rate, PEER), PEER, at_least(LEAST_TIMES_PEER)),
        Row("processor time an event", "ms", middle(cost, OURS), middle(cost, PEER), PEER),
    ]


def _where_time_goes(name: str, passages: Sequence[Passage]) -> str:
    def middle(figures: Iterable[float]) -> str:
        return f"{median(figures):.1f} s"

    taken_in = middle(passage.taken_in for passage in passages)
    said, heard = middle(passage.said for passage in passages), middle(passage.heard for passage in passages)
    in_all = middle(sum(passage.cpu.values()) for passage in passages)
    shares = [f"{program} {middle(passage.cpu[program] for passage in passages)}" for program in passages[0].cpu]
    times = f"taken in after {taken_in}, said {said}, heard {heard}"
    return f"{name}: {times}; processor time {in_all}: {', '.join(shares)}"


def _plain(passage: Passage) -> dict[str, Any]:
    figures = {name: round(figure, 2) for name, figure in asdict(passage).items() if name != "cpu"}
    cpu = {name: round(seconds, 2) for name, seconds in passage.cpu.items()}
    return {"rate": round(passage.rate, 1), **figures, "cpu": cpu}
