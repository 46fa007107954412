"""The machine loses its power, and afterwards everything starts in the worst order."""

import asyncio
import time

import httpx

from deploy.local.services import Part
from deploy.local.stack import until_ready
from tests.conftest import Outcome
from tests.end_to_end.bad_days.ledger import MOST_REPEATED, draw_up, in_numbers
from tests.end_to_end.bad_days.network import BadDayNetwork, flowing
from tests.end_to_end.bad_days.story import story, towns
from tests.support.eventually import eventually
from tests.support.victims import Victim

SERVERS = ("the far mail server", "Postgres", "the broker")
READY_WITHIN = 30


async def test_services_that_start_before_all_their_servers_wait_and_then_go_on(
    network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome
) -> None:
    concerned = towns("power-cut.example", 15)
    parts = list(network.stack.parts.values())

    async with flowing(network, story(concerned)):
        await asyncio.gather(*(victim.kill() for victim in victims.values()))
        for part in parts:
            part.program.start()
        waiting = await asyncio.gather(*map(says_what_it_waits_for, parts))
        for name in SERVERS:
            await victims[name].start()
        began = time.monotonic()
        await asyncio.gather(*map(until_ready, parts))
        ready = time.monotonic() - began
    await network.settled()

    found = await draw_up(network, concerned)
    outcome(
        f"everything killed at once, {len(waiting)} processes started before their {len(SERVERS)} servers: "
        f"{in_numbers(found)}, ready {ready:.1f} s after the last server"
    )
    assert (found.lost, found.twice) == ([], [])
    assert len(found.repeated) <= MOST_REPEATED
    assert ready < READY_WITHIN


async def says_what_it_waits_for(part: Part) -> str:
    """Wait until a part answers that it lives and is not ready, and return what it says that it lacks."""

    async def trouble() -> str:
        async with httpx.AsyncClient(base_url=part.url, trust_env=False, timeout=5) as client:
            try:
                assert (await client.get("/livez")).status_code == 200
                answer = await client.get("/readyz")
            except httpx.TransportError:
                return ""
        assert answer.status_code == 503
        return answer.text

    return await eventually(trouble, within=READY_WITHIN)
