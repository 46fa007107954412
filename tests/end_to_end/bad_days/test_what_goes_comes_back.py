"""Servers and services go away in the middle of the day, in every way there is, and come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from deploy.local.services import Part
from tests.conftest import Outcome
from tests.end_to_end.bad_days.ledger import MOST_REPEATED, draw_up, in_numbers
from tests.end_to_end.bad_days.network import BadDayNetwork, flowing
from tests.end_to_end.bad_days.story import MESSAGES_A_TOWN, Town, story, towns
from tests.support.eventually import eventually
from tests.support.victims import Victim

Way = Callable[[Victim], Awaitable[None]]

FAR = "the far mail server"
TOWNS = 15
AWAY_SECONDS = 1.0
HUNG_SECONDS = 8.0
WITHIN_SECONDS = 30


async def stopped(victim: Victim) -> None:
    await victim.stop()
    await asyncio.sleep(AWAY_SECONDS)
    await victim.start()


async def killed(victim: Victim) -> None:
    await victim.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await victim.start()


async def paused(victim: Victim, seconds: float = AWAY_SECONDS) -> None:
    await victim.pause()
    await asyncio.sleep(seconds)
    await victim.resume()


# What happens to whom. How the services fare when they are stopped and killed is told in modules of their own.
BAD_DAYS: dict[str, list[tuple[str, Way]]] = {
    "the broker": [("the broker", stopped), ("the broker", paused), ("the broker", killed)],
    "Postgres": [("Postgres", stopped), ("Postgres", paused), ("Postgres", killed)],
    "the far mail server": [(FAR, stopped), (FAR, paused), (FAR, killed)],
    "each service": [("membership", paused), ("meetings", paused), ("notifications", paused)],
}


@pytest.mark.parametrize("day", BAD_DAYS)
async def test_what_goes_in_the_middle_comes_back_and_nothing_is_lost_or_twice(
    day: str, network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome
) -> None:
    concerned: dict[tuple[str, Way], list[Town]] = {}
    resumed: dict[tuple[str, Way], float] = {}
    for number, (name, way) in enumerate(BAD_DAYS[day]):
        domain = f"{day.split()[-1].lower()}-{number}.example"
        concerned[name, way] = towns(domain, TOWNS)
        async with flowing(network, story(concerned[name, way])):
            await way(victims[name])
            resumed[name, way] = await seconds_until_a_newcomer_is_mailed(network, f"new.{domain}")
    await network.settled()

    found = {event: await draw_up(network, of) for event, of in concerned.items()}

    for (name, way), ledger in found.items():
        outcome(
            f"{name} {way.__name__.replace('_', ' ')} while {MESSAGES_A_TOWN * TOWNS} messages flowed: "
            f"{in_numbers(ledger)}, resumed after {resumed[name, way]:.1f} s"
        )
    for event, ledger in found.items():
        assert (ledger.lost, ledger.twice) == ([], [])
        assert len(ledger.repeated) <= (MOST_REPEATED if event == (FAR, killed) else 0)


async def test_a_broker_that_hangs_is_given_up_and_found_again(
    network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome
) -> None:
    concerned = towns("hung.example", TOWNS)

    async with impatient(network):
        async with flowing(network, story(concerned)):
            await paused(victims["the broker"], HUNG_SECONDS)
            resumed = await seconds_until_a_newcomer_is_mailed(network, "new.hung.example")
        await network.settled()

    found = await draw_up(network, concerned)
    outcome(
        f"the broker hung until all had given it up while {MESSAGES_A_TOWN * TOWNS} messages flowed: "
        f"{in_numbers(found)}, resumed after {resumed:.1f} s"
    )
    assert (found.lost, found.twice, found.repeated) == ([], [], [])


@asynccontextmanager
async def impatient(network: BadDayNetwork) -> AsyncIterator[None]:
    """Have every part that talks to the broker give it up after six seconds instead of three minutes."""
    talkers = [part for (_, name), part in network.stack.parts.items() if name in ("subscribers", "relay")]
    usual = [part.program.environment for part in talkers]
    hurried = [{**environment, "AMQP_URL": f"{environment['AMQP_URL']}?heartbeat=1"} for environment in usual]
    await restart(network, talkers, hurried)
    try:
        yield
    finally:
        await restart(network, talkers, usual)


async def restart(network: BadDayNetwork, parts: Sequence[Part], environments: Sequence[Mapping[str, str]]) -> None:
    for part, environment in zip(parts, environments, strict=True):
        part.program.environment = environment
    await asyncio.gather(*(network.stack.restart(part.service, part.name) for part in parts))


async def seconds_until_a_newcomer_is_mailed(network: BadDayNetwork, domain: str) -> float:
    """Report one more town, and wait until its person has been welcomed and invited."""
    began = time.monotonic()
    (newcomer,) = towns(domain, 1)
    await network.publish(newcomer.messages[:1])
    await eventually(lambda: len(network.mails(*newcomer.people)) == 2, within=WITHIN_SECONDS, every=0.1)
    return time.monotonic() - began
