"""Whatever is done to a good message, it is read or refused in words, and answered once."""

from collections import Counter
from collections.abc import Iterator
from types import UnionType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.membership import use_cases
from services.membership.envelope import read
from services.membership.intake import EARLY_WAIT
from services.membership.messages import Refusal, Reported
from services.membership.subscribers import Door
from shared.database.pool import Database
from tests.conftest import Outcome
from tests.membership.conftest import EVENING
from tests.membership.mutations import mutated
from tests.support.broker import Broker
from tests.support.builders import contact, joined
from tests.support.eventually import eventually
from tests.support.upstream import System, system
from tests.support.wire import Sent, written

Answer = dict[str, Any]

REJECTED = "upstream.message_rejected.v1"
TRIES = settings().max_examples
MOST_CHARACTERS = 500
# What the others build on.
KNOWN = [written(joined("koege", contact("anna"))), written(joined("ringsted", contact("bo")))]


@settings(max_examples=10 * TRIES, deadline=None)
@given(mutated())
def test_whatever_comes_is_read_or_refused_in_words(sent: Sent) -> None:
    found = read(sent.delivered(EVENING), EVENING)

    if isinstance(found, Refusal):
        assert found.faults
        for fault in found.faults:
            words = fault.model_dump()
            assert all(words.values())
            assert all(len(word) < MOST_CHARACTERS and "\0" not in word for word in words.values())
        assert not any("\0" in (known or "") for known in (found.source, found.id, found.type))


@pytest.fixture
def tally(outcome: Outcome) -> Iterator[Counter[str]]:
    """What the messages of a test were answered, shown at the end of the run."""
    counted: Counter[str] = Counter()
    yield counted
    outcome(
        f"{counted.total()} good messages after mutation: each answered once, "
        f"{counted[REJECTED]} of them rejected with field and reason"
    )


@settings(max_examples=TRIES // 2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(mutated(), min_size=10, max_size=10))
async def test_whatever_comes_is_answered_once(
    running: Door, broker: Broker, membership_database: Database, tally: Counter[str], batch: list[Sent]
) -> None:
    messages = [*KNOWN, *batch]
    expected = [read(sent.delivered(EVENING), EVENING) for sent in messages]

    async with system(broker) as register:
        await register.send(*messages)
        answers = await all_answers(register, len(messages), membership_database)

    assert Counter(answer["message_id"] for answer in answers) == ids(expected, Reported | Refusal)
    rejected = [answer for answer in answers if answer["type"] == REJECTED]
    assert ids(expected, Refusal) <= Counter(answer["message_id"] for answer in rejected)
    assert "internal" not in {fault["code"] for answer in rejected for fault in answer["faults"]}
    tally.update(answer["type"] for answer in answers[len(KNOWN) :])


async def all_answers(register: System, count: int, database: Database) -> list[Answer]:
    """Wait for so many answers, and give up on what waits for something else to come."""
    answers: list[Answer] = []

    async def all_have_come() -> bool:
        async with database.transaction() as conn:
            await use_cases.give_up_waiting(conn, EVENING + EARLY_WAIT)
        answers.extend(await register.answers(0))
        return len(answers) >= count

    await eventually(all_have_come, every=0.02)
    return answers


def ids(found: list[Reported | Refusal], kind: type | UnionType) -> Counter[str | None]:
    return Counter(one.id for one in found if isinstance(one, kind))
