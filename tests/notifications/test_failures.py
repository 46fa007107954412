"""On the command line, what could not be delivered is listed with what would come of it, and sent again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.clock import utc_now
from tests.conftest import DatabaseOf
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.operators import command
from tests.notifications.test_emails_api import fail

WHY = ("--who", "Bente Holm", "--reason", "Postkassen er tømt")


async def test_failures_are_listed_with_what_would_come_of_them_and_sent_again(
    service: Service, invited: Invited, database: DatabaseOf
) -> None:
    told, bo = await database("notifications"), uuid4()
    story = MeetingStory(starts_at=utc_now() + timedelta(days=30))
    await service.all_sent()
    await service.hear(story.issued(invited.person_id), person_updated(bo, "bo@ribe.example"), story.issued(bo))
    await fail(service)
    await service.hear(person_updated(bo, "bo@ny.example", version=2))

    listed = await command(told, "failures", "list", "--reply", "550 5.2")
    untouched = await service.fates()
    sent = await command(told, "failures", "resend", "--reply", "550 5.2", *WHY)
    again = await command(told, "failures", "resend", "3", "99", *WHY)

    first, second, *counts = listed[1].splitlines()
    assert first.startswith("3  2026-09-01T08:00+00:00  invitation  Netværksmøde  Køge Handel  550 5.2.2 ")
    assert first.endswith("  would be sent again")
    assert second.endswith("  left: Its reader has another address by now")
    assert counts == ["1 of 2 would be sent again", "1 left: Its reader has another address by now"]
    assert [state for _, state in untouched[2:4]] == ["failed", "failed"]
    assert sent == (0, "1 of 2 are sent again\n1 left: Its reader has another address by now\n")
    assert again == (
        0,
        "there is no e-mail 99\n0 of 1 are sent again\n1 left: It is none of those that could not be delivered\n",
    )
    assert [state for _, state in (await service.fates())[2:4]] == ["queued", "failed"]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (WHY, "name some by their numbers, or choose by --reply, --kind or --topic, or --all"),
        (("2", "--all", *WHY), "name some by their numbers, or choose by --reply, --kind or --topic, or --all"),
        (("2", "--reason", "Postkassen er tømt"), "the following arguments are required: --who"),
        (("two", *WHY), "argument ID: write the number of an e-mail"),
        (("2", "--who", "Bente Holm", "--reason", "to\nlinjer"), "argument --reason: write one short line"),
    ],
    ids=["none are named", "some and all are named", "nobody asks", "no number", "the reason is no line"],
)
async def test_a_command_that_is_not_clear_sends_nothing_and_says_what_would_be(
    database: DatabaseOf, words: tuple[str, ...], wrong: str
) -> None:
    status, said = await command(await database("notifications"), "failures", "resend", *words)

    assert status > 0
    assert wrong in said
