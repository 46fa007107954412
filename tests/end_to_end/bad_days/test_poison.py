"""Poison in every queue: nothing ends, nothing turns in circles, nobody else notices."""

from collections import Counter
from collections.abc import Iterable
from functools import partial

import aio_pika
import psutil
import pytest
from aiormq.exceptions import AMQPError

from shared.messaging import topology
from tests.conftest import Outcome
from tests.end_to_end.bad_days.ledger import HEARERS, draw_up, in_numbers
from tests.end_to_end.bad_days.network import BadDayNetwork, flowing
from tests.end_to_end.bad_days.poison import (
    LIMIT,
    as_large_as_can_be,
    poison,
    strange,
    too_large,
    unreadable,
    unstorable,
)
from tests.end_to_end.bad_days.story import story, towns
from tests.support.broker import connected
from tests.support.builders import SYSTEM
from tests.support.eventually import eventually

REJECTED = "upstream.message_rejected.v1"
ACCEPTED = "upstream.message_accepted.v1"
ROUNDS = 4
COPIES = 8
MEGABYTES = 1024 * 1024
MORE_MEMORY_AT_MOST = 64 * MEGABYTES
# What docker-compose.yml gives membership.
MEMORY_OF_THE_CONTAINER = 384 * MEGABYTES
FLOOD = 1_500


async def test_poison_from_another_system_is_answered_in_words_and_harms_nobody(
    network: BadDayNetwork, outcome: Outcome
) -> None:
    neighbours, right = towns("beside-poison.example", 15), strange()
    living, memory = processes(network), list[int]()
    before, expected = len(network.answers), Counter[str]()

    async with flowing(network, story(neighbours)):
        for _ in range(ROUNDS):
            some = [each for _ in range(COPIES) for each in poison()]
            expected.update(field for _, field in some)
            await publish(network, SYSTEM, topology.UPSTREAM, f"{SYSTEM}.x", [message for message, _ in some])
            await eventually(lambda: faults_named(network, before).total() == expected.total(), within=60)
            memory.append(memory_of_the_door(network))
        await network.publish(right)
    await network.settled()
    held = await network.rows("membership", "DELETE FROM quarantine WHERE state = 'held' RETURNING id")

    found = await draw_up(network, neighbours)
    outcome(
        f"{expected.total()} poison messages of another system: {faults_named(network, before).total()} rejected with "
        f"a reason, {len(right)} strange ones accepted, {in_numbers(found)} beside them, "
        f"memory {(memory[-1] - memory[0]) / MEGABYTES:+.0f} MB from the first to the last {len(some)}"
    )
    assert faults_named(network, before) == expected
    assert len(held) == expected.total()
    answers = {answer["message_id"]: answer["type"] for answer in network.answers}
    assert [answers[message.id] for message in right] == [ACCEPTED] * len(right)
    assert len(network.mails(".poison.example")) == 2 * len(right)
    assert (found.lost, found.twice, found.repeated) == ([], [], [])
    assert processes(network) == living
    assert memory[-1] - memory[0] < MORE_MEMORY_AT_MOST


async def test_bodies_over_the_limit_are_refused_by_the_broker_and_harm_nobody(
    network: BadDayNetwork, outcome: Outcome
) -> None:
    neighbours, living = towns("beside-large.example", 2), processes(network)

    for size in (LIMIT + 1, 5 * LIMIT):
        with pytest.raises(AMQPError, match="larger than"):
            await publish(network, SYSTEM, topology.UPSTREAM, f"{SYSTEM}.x", [too_large(size)])
    await network.publish(story(neighbours))
    await network.settled()

    found = await draw_up(network, neighbours)
    outcome(f"bodies of {LIMIT + 1} and of {5 * LIMIT} bytes: refused by the broker, {in_numbers(found)} beside them")
    assert (found.lost, found.twice, found.repeated) == ([], [], [])
    assert processes(network) == living


async def test_a_flood_of_the_largest_messages_fits_into_the_memory_of_the_container(
    network: BadDayNetwork, outcome: Outcome
) -> None:
    door = network.stack.parts["membership", "subscribers"].program
    before, memory = len(network.answers), [memory_of_the_door(network)]

    flood = [as_large_as_can_be() for _ in range(FLOOD)]
    door.pause()
    await publish(network, SYSTEM, topology.UPSTREAM, f"{SYSTEM}.x", flood)
    door.resume()

    def all_are_answered() -> bool:
        memory.append(memory_of_the_door(network))
        return len(network.answers) - before == FLOOD

    await eventually(all_are_answered, within=60)
    await network.rows("membership", "DELETE FROM quarantine WHERE state = 'held' RETURNING id")
    outcome(
        f"{FLOOD} messages of {len(flood[0].body)} bytes at once: all answered, "
        f"memory at most {max(memory) / MEGABYTES:.0f} MB, {memory[0] / MEGABYTES:.0f} MB before"
    )
    assert max(memory) < MEMORY_OF_THE_CONTAINER


async def test_poison_in_the_place_of_our_own_events_is_put_aside_and_harms_nobody(
    network: BadDayNetwork, outcome: Outcome
) -> None:
    neighbours, living = towns("beside-events.example", 15), processes(network)
    bad, worse = list(unreadable()), list(unstorable())

    async with flowing(network, story(neighbours)):
        for service in HEARERS:
            await publish(network, "operator", "", topology.inbox(service), [*bad, *worse])
        for service in HEARERS:
            await eventually(partial(has_put_aside, network, service, parked=len(bad), retried=len(worse)), within=30)
    await network.settled()
    await network.broker.purge()

    found = await draw_up(network, neighbours)
    outcome(
        f"{len(bad)} unreadable and {len(worse)} unstorable events in the inboxes of {' and '.join(HEARERS)}: "
        f"{len(bad)} parked and {len(worse)} on the retry ladder in each, {in_numbers(found)} beside them"
    )
    assert (found.lost, found.twice, found.repeated) == ([], [], [])
    assert processes(network) == living


async def publish(
    network: BadDayNetwork, user: str, exchange: str, routing_key: str, messages: Iterable[aio_pika.Message]
) -> None:
    """Publish messages as they are."""
    async with connected(network.broker.url(user)) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        to = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        for message in messages:
            await to.publish(message, routing_key, mandatory=True)


def faults_named(network: BadDayNetwork, after: int) -> "Counter[str]":
    """Count the rejections that have come since so many answers, by the first field that each names."""
    rejections = [answer for answer in network.answers[after:] if answer["type"] == REJECTED]
    return Counter(answer["faults"][0]["field"] for answer in rejections)


async def has_put_aside(network: BadDayNetwork, service: str, *, parked: int, retried: int) -> bool:
    on_the_ladder = [
        await network.broker.waiting(queue) for queue in network.broker.queues if queue.startswith(f"{service}.retry.")
    ]
    assert (await network.broker.waiting(topology.parked(service)), sum(on_the_ladder)) == (parked, retried)
    return True


def processes(network: BadDayNetwork) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Return the process of each part, and whether it has ended."""
    return {name: (part.program.pid, part.program.status) for name, part in network.stack.parts.items()}


def memory_of_the_door(network: BadDayNetwork) -> int:
    """Return how many bytes the process holds that takes in what other systems send."""
    return int(psutil.Process(network.stack.parts["membership", "subscribers"].program.pid).memory_info().rss)
