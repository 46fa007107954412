"""A new version starts beside the old one, and the old one is stopped under load: nobody notices."""

import asyncio
import sys
import time
from functools import partial

import httpx

from deploy.local.ports import free_ports
from deploy.local.servers import ROOT
from deploy.local.services import PARTS, Part
from deploy.local.stack import Stack, until_ready
from shared.messaging import topology
from tests.conftest import Outcome
from tests.end_to_end.bad_days.ledger import draw_up, in_numbers
from tests.end_to_end.bad_days.network import BadDayNetwork, flowing
from tests.end_to_end.bad_days.story import MESSAGES_A_TOWN, Town, story, towns
from tests.end_to_end.network import TAKEN_IN
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.victims import Programs, Victim

TOWNS = 20
A_SECOND = 80
STOPPED_WITHIN = 10
# So often the broker tells what it has counted.
COUNTED_EVERY = 5


async def test_services_stopped_under_load_beside_a_new_version_hand_no_message_back(
    network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome
) -> None:
    old = {service: victims[service] for service in PARTS}
    new = {service: beside(network.stack, service) for service in PARTS}
    acknowledged, redelivered = await counted_before(network.broker)
    taken_in = await total_taken_in(network)

    await asyncio.gather(*(service.start() for service in new.values()))
    of_old = [await stopped_under_load(network, service, f"old-{name}") for name, service in old.items()]
    await asyncio.gather(*(service.start() for service in old.values()))
    of_new = [await stopped_under_load(network, service, f"new-{name}") for name, service in new.items()]
    await network.settled()

    seconds = [seconds for seconds, _ in of_old + of_new]
    concerned = [town for _, some in of_old + of_new for town in some]
    found = await draw_up(network, concerned)
    taken_in = await total_taken_in(network) - taken_in
    handed_back = await counted_after(network.broker, acknowledged + taken_in) - redelivered
    outcome(
        f"each service stopped beside another set of it, and that set too, while {MESSAGES_A_TOWN * len(concerned)} "
        f"messages flowed: {in_numbers(found)}, {handed_back} of {taken_in} handed back, "
        f"each stopped within {max(seconds):.1f} s"
    )
    assert (found.lost, found.twice, found.repeated) == ([], [], [])
    assert handed_back == 0
    assert max(seconds) < STOPPED_WITHIN


async def stopped_under_load(network: BadDayNetwork, service: Victim, name: str) -> tuple[float, list[Town]]:
    """Stop a service while messages flow; return how many seconds that took, and of which towns the messages were."""
    concerned = towns(f"{name}.example", TOWNS)
    async with flowing(network, story(concerned), A_SECOND):
        began = time.monotonic()
        await service.stop()
        return time.monotonic() - began, concerned


def beside(stack: Stack, service: str) -> Programs:
    """Another set of a service, all its parts in one process, with a name of its own for the far mail server."""
    (port,) = free_ports(1)
    environment = {**stack.parts[service, "web"].program.environment, "HTTP_PORT": str(port), "SENDER": "beside"}
    command = [sys.executable, "-m", f"services.{service}", "serve"]
    program = stack.run.program(f"{service}-beside", command, working_folder=ROOT, environment=environment)
    return Programs([program], partial(until_ready, Part(service, "beside", port, program)))


async def total_taken_in(network: BadDayNetwork) -> int:
    """Count the messages that the services have taken in from their inboxes."""
    return sum([(await network.rows(service, query))[0][0] for service, query in TAKEN_IN.items()])


async def counted(broker: Broker) -> tuple[int, int]:
    """Return how many messages were acknowledged in all inboxes, and how many had to be handed over again."""
    operator = ("operator", broker.passwords.of_user("operator"))
    async with httpx.AsyncClient(base_url=broker.address.management_url, auth=operator, trust_env=False) as client:
        found = [(await client.get(f"/api/queues/%2F/{topology.inbox(service)}")).json() for service in PARTS]
    statistics = [queue.get("message_stats", {}) for queue in found]
    return sum(each.get("ack", 0) for each in statistics), sum(each.get("redeliver", 0) for each in statistics)


async def counted_before(broker: Broker) -> tuple[int, int]:
    """Count once the broker has told of what earlier tests did."""
    if any(await counted(broker)):
        await asyncio.sleep(COUNTED_EVERY + 1)
    return await counted(broker)


async def counted_after(broker: Broker, acknowledged: int) -> int:
    """Return how many messages had to be handed over again, once all that were acknowledged are counted."""

    async def all_are_counted() -> tuple[int] | None:
        count, redelivered = await counted(broker)
        return (redelivered,) if count >= acknowledged else None

    (redelivered,) = await eventually(all_are_counted, within=4 * COUNTED_EVERY, every=0.5)
    return redelivered
