"""Which e-mails follow from what is heard."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications import use_cases
from tests.notifications.builders import (
    NOW,
    STARTS_AT,
    MeetingStory,
    person_updated,
)
from tests.notifications.conftest import Invited, Service
from tests.notifications.samples import LETTERHEAD

TWO_WEEKS = timedelta(days=14)


async def test_an_invitation_is_mailed_once(service: Service, invited: Invited) -> None:
    await service.hear(invited.story.issued(invited.person_id))
    await service.all_sent()
    await service.hear(invited.story.issued(invited.person_id))

    _, invitation = await service.emails()
    assert (invitation["kind"], invitation["topic"], invitation["method"]) == ("invitation", "invitations", "REQUEST")
    assert invitation["sequence"] == 0
    assert invitation["expires_at"] == STARTS_AT


async def test_an_invitation_waits_until_its_person_is_known(service: Service) -> None:
    person, story = uuid4(), MeetingStory()

    await service.hear(story.issued(person))
    assert await service.emails() == []
    await service.hear(person_updated(person, language="en"))

    (invitation,) = await service.emails()
    assert (invitation["kind"], invitation["language"]) == ("invitation", "en")


async def test_nobody_is_invited_to_a_meeting_that_has_begun(service: Service) -> None:
    person, story = uuid4(), MeetingStory()
    service.now = STARTS_AT

    await service.hear(person_updated(person), story.issued(person))

    assert await service.emails() == []


async def test_who_was_asked_is_told_of_a_move(service: Service, invited: Invited) -> None:
    await service.all_sent()

    await service.hear(invited.story.moved(STARTS_AT + TWO_WEEKS).rescheduled())

    _, invitation, update = await service.emails()
    assert (update["kind"], update["topic"], update["method"], update["state"]) == (
        "update",
        "changes",
        "REQUEST",
        "queued",
    )
    assert update["sequence"] == 1
    assert '"before": {' in update["facts"]
    assert f'"in_reply_to": "{invitation["message_id"]}"' in update["params"]


async def test_who_was_not_asked_yet_is_asked_to_the_meeting_as_it_is_now(service: Service, invited: Invited) -> None:
    await service.hear(invited.story.moved(STARTS_AT + TWO_WEEKS).rescheduled())

    _, *invitations = await service.emails()
    assert [(e["kind"], e["state"], e["sequence"]) for e in invitations] == [
        ("invitation", "obsolete", 0),
        ("invitation", "queued", 1),
    ]
    assert "2026-11-05" in invitations[1]["facts"]


async def test_an_older_event_that_comes_late_mails_nothing_older(service: Service) -> None:
    person, story = uuid4(), MeetingStory()
    moved = story.moved(STARTS_AT + TWO_WEEKS)
    await service.hear(person_updated(person), moved.rescheduled())

    await service.hear(story.issued(person))
    await service.hear(story.rescheduled())

    (invitation,) = await service.emails()
    assert (invitation["kind"], invitation["sequence"]) == ("invitation", 1)
    assert "2026-11-05" in invitation["facts"]


async def test_a_withdrawal_before_sending_leaves_no_mail(service: Service, invited: Invited) -> None:
    await service.hear(invited.story.withdrawn(invited.person_id))

    assert await service.fates() == [("welcome", "sent"), ("invitation", "obsolete")]


async def test_a_withdrawal_after_sending_takes_the_meeting_away(service: Service, invited: Invited) -> None:
    await service.all_sent()

    await service.hear(invited.story.withdrawn(invited.person_id))
    await service.hear(invited.story.withdrawn(invited.person_id))

    _, _, cancellation = await service.emails()
    assert (cancellation["kind"], cancellation["method"], cancellation["sequence"]) == ("cancellation", "CANCEL", 1)
    assert '"cause": "withdrawn"' in cancellation["facts"]


async def test_who_may_have_been_asked_gets_the_cancellation_too(service: Service, invited: Invited) -> None:
    await service.set_state("sending", may_have_arrived=False)

    await service.hear(invited.story.cancelled("Værten er syg"))

    _, invitation, cancellation = await service.emails()
    assert invitation["state"] == "sending"
    assert '"reason": "Værten er syg"' in cancellation["facts"]


async def test_an_invitation_that_was_refused_is_not_cancelled(service: Service, invited: Invited) -> None:
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(invited.story.cancelled())

    assert await service.fates() == [("welcome", "sent"), ("invitation", "failed")]


async def test_who_is_withdrawn_and_asked_again_sees_the_invitation(service: Service, invited: Invited) -> None:
    await service.all_sent()
    await service.hear(invited.story.withdrawn(invited.person_id))
    await service.all_sent()

    await service.hear(invited.story.issued(invited.person_id, sequence=2, version=3))

    _, first, cancellation, again = await service.emails()
    assert (again["kind"], again["state"]) == ("invitation", "queued")
    assert first["sequence"] < cancellation["sequence"] < again["sequence"]


async def test_a_cancellation_that_waits_is_dropped_when_the_person_is_asked_again(
    service: Service, invited: Invited
) -> None:
    await service.all_sent()
    await service.hear(invited.story.withdrawn(invited.person_id))

    await service.hear(invited.story.issued(invited.person_id, sequence=2, version=3))

    _, _, cancellation, again = await service.emails()
    assert cancellation["state"] == "obsolete"
    assert again["sequence"] > cancellation["sequence"]


async def test_a_new_address_gets_the_invitation_and_the_old_one_loses_it(service: Service, invited: Invited) -> None:
    await service.all_sent()

    await service.hear(person_updated(invited.person_id, "anna@ny.example", version=2))

    _, old, cancellation, new = await service.emails()
    assert (cancellation["method"], cancellation["address"]) == ("CANCEL", old["address"])
    assert (new["method"], new["address"], new["kind"]) == ("REQUEST", "anna@ny.example", "invitation")
    assert old["sequence"] < cancellation["sequence"] < new["sequence"]
    assert '"cause": "address_changed"' in cancellation["facts"]


async def test_an_address_that_changes_back_before_anything_was_sent_changes_nothing(
    service: Service, invited: Invited
) -> None:
    await service.all_sent()
    await service.hear(person_updated(invited.person_id, "anna@ny.example", version=2))

    await service.hear(person_updated(invited.person_id, "anna@koege.example", version=3))

    assert await service.fates() == [
        ("welcome", "sent"),
        ("invitation", "sent"),
        ("cancellation", "obsolete"),
        ("invitation", "obsolete"),
    ]


async def test_sequence_rises_when_an_address_changes_there_and_back(service: Service, invited: Invited) -> None:
    for version, address in enumerate(["anna@ny.example", "anna@koege.example", "anna@ny.example"], start=2):
        await service.all_sent()
        await service.hear(person_updated(invited.person_id, address, version=version))
    await service.all_sent()
    await service.hear(invited.story.moved(STARTS_AT + TWO_WEEKS).rescheduled())

    emails = [email for email in await service.emails() if email["meeting_id"]]
    for address in {email["address"] for email in emails}:
        sequences = [email["sequence"] for email in emails if email["address"] == address]
        assert sequences == sorted(set(sequences))
    assert (emails[-1]["kind"], emails[-1]["address"]) == ("update", "anna@ny.example")


async def test_an_address_that_went_to_somebody_else_keeps_that_person_s_meeting(
    service: Service, invited: Invited
) -> None:
    await service.all_sent()
    successor = uuid4()

    await service.hear(person_updated(successor, "anna@koege.example"), invited.story.issued(successor))
    await service.all_sent()
    await service.hear(person_updated(invited.person_id, "anna@ny.example", version=2))

    emails = [email for email in await service.emails() if email["address"] == "anna@koege.example"]
    assert [email["method"] for email in emails] == [None, "REQUEST", "REQUEST"]
    assert emails[-1]["sequence"] > emails[-2]["sequence"]


async def test_who_muted_invitations_gets_no_new_one(service: Service, invited: Invited) -> None:
    await service.mute(invited.person_id)
    await service.hear(MeetingStory().issued(invited.person_id))

    assert await service.fates() == [("welcome", "sent"), ("invitation", "muted"), ("invitation", "muted")]


async def test_who_muted_invitations_hears_of_changes_to_what_was_mailed(service: Service, invited: Invited) -> None:
    await service.all_sent()
    await service.mute(invited.person_id)
    moved = invited.story.moved(STARTS_AT + TWO_WEEKS)

    await service.hear(moved.rescheduled())
    await service.all_sent()
    await service.hear(moved.cancelled())

    assert (await service.fates())[2:] == [("update", "sent"), ("cancellation", "queued")]


async def test_who_muted_invitations_is_not_told_of_a_change_to_what_was_never_mailed(
    service: Service, invited: Invited
) -> None:
    await service.mute(invited.person_id)

    await service.hear(invited.story.moved(STARTS_AT + TWO_WEEKS).rescheduled())
    await service.hear(invited.story.withdrawn(invited.person_id, sequence=2))

    assert (await service.fates())[1:] == [("invitation", "obsolete"), ("invitation", "obsolete")]


async def test_who_takes_the_muting_back_gets_what_is_still_to_come(service: Service, invited: Invited) -> None:
    await service.mute(invited.person_id)
    await service.mute(invited.person_id)

    await service.unmute(invited.person_id)

    assert (await service.fates())[1:] == [("invitation", "queued")]


@pytest.mark.parametrize("may_have_arrived", [False, True])
@pytest.mark.parametrize("state", ["muted", "suppressed"])
async def test_what_was_kept_back_is_dated_when_it_is_let_go_unless_it_may_have_arrived(
    service: Service, invited: Invited, state: str, *, may_have_arrived: bool
) -> None:
    await service.mute(invited.person_id)
    async with service.database.connection() as conn:
        await conn.execute("UPDATE emails SET state = $1, may_have_arrived = $2", state, may_have_arrived)

    service.later(TWO_WEEKS)
    await service.unmute(invited.person_id)
    async with service.database.transaction() as conn:
        await use_cases.keep_suppressions(conn, LETTERHEAD, service.now)

    _, invitation = await service.emails()
    assert invitation["state"] == "queued"
    assert invitation["date"] == (NOW if may_have_arrived else service.now)


async def test_nobody_is_told_of_the_cancellation_of_what_is_past(service: Service, invited: Invited) -> None:
    await service.all_sent()
    service.now = STARTS_AT + timedelta(minutes=5)

    await service.hear(invited.story.withdrawn(invited.person_id))

    assert (await service.fates())[1:] == [("invitation", "sent")]


async def test_message_ids_are_distinct_and_name_nobody(service: Service, invited: Invited) -> None:
    await service.all_sent()
    await service.hear(person_updated(invited.person_id, "anna@ny.example", version=2))

    ids = [email["message_id"] for email in await service.emails()]

    assert len(set(ids)) == len(ids)
    assert not any("anna" in each or str(invited.person_id) in each for each in ids)
    assert all(len(each) < 200 for each in ids)


async def test_a_cancellation_that_may_have_arrived_is_undone_by_a_new_invitation(
    service: Service, invited: Invited
) -> None:
    await service.all_sent()
    await service.hear(person_updated(invited.person_id, "anna@ny.example", version=2))
    await service.set_state("queued", may_have_arrived=True)

    await service.hear(person_updated(invited.person_id, "anna@koege.example", version=3))

    emails = await service.emails()
    assert [(e["method"], e["state"]) for e in emails if e["address"] == "anna@koege.example" and e["method"]] == [
        ("REQUEST", "sent"),
        ("CANCEL", "obsolete"),
        ("REQUEST", "queued"),
    ]
