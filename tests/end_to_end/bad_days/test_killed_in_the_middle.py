"""`kill -9` on every service, on the relays and on the broker, while two thousand messages flow."""

import time

from tests.conftest import Outcome
from tests.end_to_end.bad_days.conftest import parts
from tests.end_to_end.bad_days.ledger import MOST_REPEATED, draw_up, in_numbers
from tests.end_to_end.bad_days.network import BadDayNetwork, flowing
from tests.end_to_end.bad_days.story import MESSAGES_A_TOWN, story, towns
from tests.support.victims import Victim

MESSAGES = 2000
A_SECOND = 150


async def test_two_thousand_messages_survive_the_death_of_everyone(
    network: BadDayNetwork, victims: dict[str, Victim], outcome: Outcome
) -> None:
    relays = parts(network.stack, ("membership", "relay"), ("meetings", "relay"))
    killed = [*(victims[name] for name in ("membership", "meetings", "notifications")), relays, victims["the broker"]]
    concerned = towns("killed.example", MESSAGES // MESSAGES_A_TOWN)
    messages = story(concerned)
    share = len(messages) // len(killed)

    for number, victim in enumerate(killed):
        async with flowing(network, messages[number * share : (number + 1) * share], A_SECOND):
            await victim.kill()
            await victim.start()
    began = time.monotonic()
    await network.settled()

    found = await draw_up(network, concerned)
    answers = sum(network.answered[message.id] for message in messages)
    mailed = sum(len(town.invited) for town in concerned)
    outcome(
        f"three services, the relays and the broker killed while {len(messages)} messages flowed: {in_numbers(found)}, "
        f"{answers} answers, {mailed} people have the meeting, all settled {time.monotonic() - began:.1f} s later"
    )
    assert (found.lost, found.twice) == ([], [])
    assert len(found.repeated) <= MOST_REPEATED
