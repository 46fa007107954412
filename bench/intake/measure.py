"""Lets our door and each peer take in the same load, and ours further ones: none broken, one in ten, two doors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from statistics import median
from typing import Any

import asyncpg

from bench.contenders import NO_DELIVERY
from bench.options import Options
from bench.ours import OurServices, our_services
from bench.passage import Pool
from bench.report import Result, Row, at_least, at_most, progress
from bench.servers import Servers
from bench.throughput import SERVERS

from .end import check_end
from .expected import Expected
from .hearing import HEARERS, pass_on
from .load import ONE_IN_A_HUNDRED, ONE_IN_TEN, Load, load
from .takers import Lend, begin_without_inbox, fill_the_inbox, our_door, peer, two_doors
from .taking import Taking, clock

EVENTS = 50_000
OURS, TWO, NONE_BROKEN, MANY_BROKEN = "ours", "two processes", "none broken", "one in ten broken"
ONE_BY_ONE, BATCHES, NO_BROKER = "one by one", "batches", "no broker"


@dataclass(frozen=True)
class Trial:
    """Who takes in, how much of it is broken, whether it waits at the broker, and whether it is then passed on."""

    lend: Lend
    broken: float = ONE_IN_A_HUNDRED
    published: bool = True
    passed_on: bool = False


TRIALS: Mapping[str, Trial] = {
    OURS: Trial(our_door, passed_on=True),
    ONE_BY_ONE: Trial(peer("one_by_one")),
    BATCHES: Trial(peer("batches")),
    NO_BROKER: Trial(peer("no_broker"), published=False),
    NONE_BROKEN: Trial(our_door, broken=0),
    MANY_BROKEN: Trial(our_door, broken=ONE_IN_TEN),
    TWO: Trial(two_doors, passed_on=True),
}


async def measure(servers: Servers, options: Options) -> Result:
    """Try everything in turn, as often as there are rounds."""
    takings: dict[str, list[Taking]] = {name: [] for name in TRIALS}
    for _ in range(options.rounds):
        for name, trial in TRIALS.items():
            taking = await _try(servers, trial, load(options.events or EVENTS, trial.broken))
            progress(f"intake: {name} {taking.rate:.0f} events/s")
            takings[name].append(taking)
    rounds = {name: [_plain(taking) for taking in found] for name, found in takings.items()}
    return Result(_rows(takings), rounds, [_where_time_goes(name, found) for name, found in takings.items()])


async def _try(servers: Servers, trial: Trial, told: Load) -> Taking:
    """Everything is checked, the peers' end as well as ours."""
    await servers.empty_queues()
    async with (
        our_services(servers, arguments=NO_DELIVERY) as (services, database_url),
        asyncpg.create_pool(database_url, min_size=2, max_size=2) as pool,
    ):
        takers = trial.lend(servers, services, told.events)
        if trial.published:
            await fill_the_inbox(servers, takers, told.messages)
            await servers.execute("CHECKPOINT")
            for taker in takers:
                taker.resume()
        else:
            await begin_without_inbox(pool, *takers)
        watched = {program.name: program for program in (*takers, *(servers.run.programs[name] for name in SERVERS))}
        taking = await clock(pool, told, takers, watched)
        expected = await check_end(pool, told)
        for taker in takers:
            await taker.stop()
        if not trial.passed_on:
            return taking
        return replace(taking, passed_on=await _pass_on(servers, services, pool, expected))


async def _pass_on(servers: Servers, services: OurServices, pool: Pool, expected: Expected) -> float:
    for hearer in HEARERS:
        await services.start(hearer)
    relay = services.further("membership", "relay", ("--only", "relay"))
    watched = {program.name: program for program in (relay, *map(services.program, HEARERS))}
    return await pass_on(servers, pool, relay, watched, expected)


def _rows(takings: Mapping[str, Sequence[Taking]]) -> list[Row]:
    """The processor time has no goal, but hardly depends on what else the machine does."""

    def middle(of: Callable[[Taking], float], name: str) -> float:
        return median(map(of, takings[name]))

    rate, cost = attrgetter("rate"), attrgetter("cpu_milliseconds")
    ours = middle(rate, OURS)
    return [
        Row("taken in", "events/s", ours, middle(rate, ONE_BY_ONE), "FastStream, one by one", at_least(4)),
        Row("taken in", "events/s", ours, middle(rate, BATCHES), "aio-pika, batches", at_least(0.6)),
        Row("taken in", "events/s", ours, middle(rate, NO_BROKER), "asyncpg, no broker"),
        Row("processor time an event", "ms", middle(cost, OURS), middle(cost, BATCHES), "aio-pika, batches"),
        Row(
            "with one in ten broken",
            "events/s",
            middle(rate, MANY_BROKEN),
            middle(rate, NONE_BROKEN),
            NONE_BROKEN,
            at_least(0.8),
        ),
        Row("in two processes", "events/s", middle(rate, TWO), ours, "in one", at_least(1.4)),
        Row(
            "memory, the last third",
            "MB",
            middle(lambda taking: taking.memory_in_third(2), OURS),
            middle(lambda taking: taking.memory_in_third(1), OURS),
            "the second third",
            at_most(1.1),
        ),
    ]


def _where_time_goes(name: str, takings: Sequence[Taking]) -> str:
    seconds = median(taking.seconds for taking in takings)
    shares = [f"{program} {median(taking.cpu[program] for taking in takings):.1f} s" for program in takings[0].cpu]
    later = [taking.passed_on for taking in takings if taking.passed_on is not None]
    heard = f", heard by both others {median(later):.1f} s later" if later else ""
    return f"{name}: taken in after {seconds:.1f} s{heard}; processor time {', '.join(shares)}"


def _plain(taking: Taking) -> dict[str, Any]:
    later = {} if taking.passed_on is None else {"passed_on": round(taking.passed_on, 2)}
    return {
        "rate": round(taking.rate, 1),
        "events": taking.events,
        "seconds": round(taking.seconds, 2),
        **later,
        "cpu": {name: round(seconds, 2) for name, seconds in taking.cpu.items()},
        "memory": [round(taking.memory_in_third(third), 1) for third in range(3)],
    }
