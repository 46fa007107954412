"""Who has not answered is reminded of a meeting, and no calendar is told anything."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications.links import Unsubscribe
from shared.contracts.meetings import AnswerGiven
from shared.contracts.notifications import MutableTopic
from tests.notifications.builders import NOW, STARTS_AT, MeetingStory, person_updated
from tests.notifications.conftest import LINKS, Invited, Service
from tests.notifications.far_server import FarServer

A_DAY_BEFORE = STARTS_AT - timedelta(days=1)


def answered(invited: Invited) -> AnswerGiven:
    """The invited person does not come."""
    return AnswerGiven(
        correlation_id="answer",
        person_id=invited.person_id,
        meeting_id=invited.story.id,
        answer="declined",
        attendance=None,
        place_state="none",
        given_at=NOW,
        version=1,
    )


@pytest.fixture
async def told(service: Service, invited: Invited) -> Invited:
    """The same, whose invitation was sent."""
    await service.all_sent()
    service.now = A_DAY_BEFORE
    return invited


async def test_who_has_not_answered_is_reminded_with_a_link_to_answer_and_no_calendar(
    service: Service, told: Invited, server: FarServer
) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE))
    await service.deliver(server)

    (message,) = server.to("anna@koege.example")
    parts = [part.get_content_type() for part in message.walk()]
    assert message["Subject"] == "Påmindelse: Netværksmøde, torsdag 22. oktober kl. 9.30"
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    unsubscribe = LINKS.read_unsubscribe(message["List-Unsubscribe"].strip("<>").rpartition("/")[2])
    assert unsubscribe == Unsubscribe(told.person_id, "reminders")
    (text, *_) = (part for part in message.walk() if part.get_content_type() == "text/plain")
    assert "/meetings/answer/" in text.get_content()


async def test_the_same_reminder_said_again_mails_nothing(service: Service, told: Invited) -> None:
    reminder = told.story.reminder(A_DAY_BEFORE)

    await service.hear(reminder)
    await service.all_sent()
    await service.hear(reminder)

    assert (await service.fates())[2:] == [("reminder", "sent")]


async def test_every_reminder_of_a_meeting_is_an_e_mail_of_its_own(service: Service, told: Invited) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE - timedelta(days=6)))
    await service.all_sent()
    await service.hear(told.story.reminder(A_DAY_BEFORE))
    await service.all_sent()

    first, second = (email for email in await service.emails() if email["kind"] == "reminder")
    assert first["message_id"] != second["message_id"]


async def test_of_reminders_that_come_late_only_the_last_is_mailed(service: Service, told: Invited) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE - timedelta(days=6)))
    await service.hear(told.story.reminder(A_DAY_BEFORE), told.story.reminder(A_DAY_BEFORE - timedelta(days=1)))

    assert (await service.fates())[2:] == [("reminder", "obsolete"), ("reminder", "queued")]


async def test_nobody_is_reminded_once_the_meeting_has_begun(service: Service, told: Invited) -> None:
    service.now = STARTS_AT

    await service.hear(told.story.reminder(A_DAY_BEFORE))

    assert (await service.fates())[2:] == []


async def test_who_has_answered_is_not_reminded_also_where_both_are_heard_at_once(
    service: Service, told: Invited
) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE), answered(told))

    assert (await service.fates())[2:] == []


async def test_who_was_asked_after_the_reminder_was_due_is_not_reminded(service: Service, told: Invited) -> None:
    newcomer = uuid4()
    await service.hear(person_updated(newcomer, "bo@koege.example"), told.story.issued(newcomer))
    await service.all_sent()

    await service.hear(told.story.reminder(NOW - timedelta(minutes=1)))

    assert [kind for kind, _ in await service.fates()][2:] == ["invitation"]


@pytest.mark.parametrize("topic", ["reminders", "invitations"])
async def test_who_wants_to_hear_of_no_reminders_or_invitations_gets_none(
    service: Service, told: Invited, topic: MutableTopic
) -> None:
    await service.mute(told.person_id, topic)

    await service.hear(told.story.reminder(A_DAY_BEFORE))

    assert (await service.fates())[2:] == []


async def test_a_reminder_that_waits_is_taken_back_when_its_reader_answers(service: Service, told: Invited) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE))

    await service.hear(answered(told))

    assert (await service.fates())[2:] == [("reminder", "obsolete")]


async def test_a_reminder_of_what_was_is_taken_back_and_not_written(service: Service, told: Invited) -> None:
    late = told.story.reminder(A_DAY_BEFORE)
    moved = told.story.moved(STARTS_AT + timedelta(hours=1))
    await service.hear(told.story.reminder(A_DAY_BEFORE))

    await service.hear(moved.rescheduled())
    await service.hear(late)

    assert (await service.fates())[2:] == [("reminder", "obsolete"), ("update", "queued")]


async def test_a_reminder_of_what_was_that_comes_late_takes_back_none_of_what_is(
    service: Service, told: Invited
) -> None:
    moved = told.story.moved(STARTS_AT + timedelta(hours=1))
    await service.hear(moved.rescheduled())
    await service.all_sent()
    await service.hear(moved.reminder(A_DAY_BEFORE))

    await service.hear(told.story.reminder(A_DAY_BEFORE - timedelta(days=6)))

    assert (await service.fates())[-1] == ("reminder", "queued")


async def test_a_reminder_of_a_cancelled_meeting_is_taken_back(service: Service, told: Invited) -> None:
    await service.hear(told.story.reminder(A_DAY_BEFORE))

    await service.hear(told.story.cancelled())

    assert (await service.fates())[2:] == [("reminder", "obsolete"), ("cancellation", "queued")]


async def test_a_reminder_does_not_keep_back_an_invitation_that_is_tried_again(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.after_message = lambda address: "451 not now"
    await service.hear(invited.story.reminder(NOW + timedelta(minutes=1)))

    await service.deliver(server)

    assert (await service.fates())[1:] == [("invitation", "queued"), ("reminder", "queued")]


async def test_a_story_of_another_meeting_stays_as_it_is(service: Service, told: Invited) -> None:
    other = MeetingStory()
    await service.hear(other.issued(told.person_id))
    await service.hear(other.reminder(A_DAY_BEFORE), told.story.reminder(A_DAY_BEFORE))

    await service.hear(answered(told))

    assert (await service.fates())[3:] == [("reminder", "queued"), ("reminder", "obsolete")]
