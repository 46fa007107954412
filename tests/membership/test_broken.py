"""Hundreds of broken messages among as many good ones, at the real broker: each is told what is wrong with it."""

from collections.abc import Sequence
from itertools import chain, cycle
from typing import Any

from services.membership import use_cases
from services.membership.intake import EARLY_WAIT
from services.membership.subscribers import Door
from shared.database.pool import Database
from tests.conftest import DatabaseOf, Outcome
from tests.membership.broken import (
    BROKEN,
    EARLY,
    ERP,
    ERP_SOURCE,
    FORMS,
    KOEGE,
    OF_ERP,
    OF_REGISTER,
    RINGSTED,
    Broken,
    written,
)
from tests.membership.conftest import EVENING
from tests.support.broker import Broker
from tests.support.builders import contact, joined
from tests.support.systems import let_report
from tests.support.upstream import system

Answer = dict[str, Any]
REJECTED, ACCEPTED = "upstream.message_rejected.v1", "upstream.message_accepted.v1"
LEAST_MESSAGES, LEAST_WAYS = 200, 60

WAYS = {broken.way for broken in (*BROKEN, *EARLY)}
KNOWN = [joined(key, contact(person)) for key, person in (KOEGE, RINGSTED)]
GOOD = [joined(f"by-{number}", contact(f"kontakt-{number}")) for number in range(len(OF_REGISTER))]


def test_the_list_is_long_and_of_many_ways() -> None:
    assert len(BROKEN) + len(EARLY) >= LEAST_MESSAGES
    assert len(WAYS) >= LEAST_WAYS
    assert all(fault.field and fault.code and fault.right for broken in (*BROKEN, *EARLY) for fault in broken.faults)


async def test_each_broken_message_is_told_its_faults_and_each_good_one_is_taken_in(
    running: Door, broker: Broker, database: DatabaseOf, membership_database: Database, outcome: Outcome
) -> None:
    await let_report(await database("membership"), ERP, ERP_SOURCE)
    good = [written(message, form) for message, form in zip(GOOD, cycle(FORMS.values()), strict=False)]

    async with system(broker) as register, system(broker, ERP) as erp:
        await register.send(*map(written, KNOWN), *(broken.sent for broken in EARLY))
        await register.send(*chain(*zip((broken.sent for broken in OF_REGISTER), good, strict=False)))
        await erp.send(*(broken.sent for broken in OF_ERP))
        answers = await register.answers(len(KNOWN) + 2 * len(OF_REGISTER))
        told_erp = await erp.answers(len(OF_ERP))
        async with membership_database.transaction() as conn:
            await use_cases.give_up_waiting(conn, EVENING + EARLY_WAIT)
        told_late = await register.answers(len(EARLY))

    first, rejected, accepted = answers[: len(KNOWN)], answers[len(KNOWN) :: 2], answers[len(KNOWN) + 1 :: 2]
    outcome(
        f"{len(BROKEN) + len(EARLY)} broken messages, in {len(WAYS)} ways: "
        f"{len(rejected) + len(told_erp) + len(told_late)} rejected with field and reason, "
        f"{len(taken_in(accepted))} good ones among them taken in"
    )
    assert misunderstood(OF_REGISTER, rejected) == []
    assert misunderstood(OF_ERP, told_erp) == []
    assert misunderstood(EARLY, told_late) == []
    assert taken_in(first + accepted) == [message.id for message in (*KNOWN, *GOOD)]


def misunderstood(sent: Sequence[Broken], answers: Sequence[Answer]) -> list[tuple[str, object]]:
    """Return the ways in which messages are broken that were not answered as they should be, each with its answer."""
    return [
        (broken.way, answer) for broken, answer in zip(sent, answers, strict=True) if not is_answer_to(broken, answer)
    ]


def is_answer_to(broken: Broken, answer: Answer) -> bool:
    """Tell whether an answer names a message and each of its faults, in their order, and nothing else."""
    if (answer["type"], answer["message_id"], len(answer["faults"])) != (REJECTED, broken.id, len(broken.faults)):
        return False
    return all(
        (told["field"], told["code"]) == (fault.field, fault.code)
        and told["reason"]
        and fault.right in told["expected"]
        for fault, told in zip(broken.faults, answer["faults"], strict=True)
    )


def taken_in(answers: Sequence[Answer]) -> list[str]:
    """Return the ids of the messages that were accepted, in the order of their answers."""
    return [answer["message_id"] for answer in answers if answer["type"] == ACCEPTED]
