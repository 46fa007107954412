"""A meeting is moved or cancelled: said once, with a SEQUENCE above all that any reader was told."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.meetings import use_cases
from services.meetings.domain import Change, Meeting, MeetingIsCancelled
from shared.contracts.meetings import InvitationIssued, InvitationWithdrawn, MeetingCancelled, MeetingRescheduled
from shared.errors import NotFound
from tests.meetings.builders import ended, joined, series, started
from tests.meetings.conftest import Service

KOEGE, ANNA, BO, MANDATE, OTHER_MANDATE = (UUID(int=number) for number in range(1, 6))


@pytest.fixture
async def meeting(service: Service) -> Meeting:
    """A meeting that Anna is asked to; Bo was withdrawn, asked again and withdrawn again, up to SEQUENCE 3."""
    first, *_ = await service.create(series())
    await service.plan()
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    for version in (1, 3):
        await service.hear(started(OTHER_MANDATE, KOEGE, BO, version))
        await service.hear(ended(OTHER_MANDATE, KOEGE, BO, version + 1))
    await service.said()
    return first


async def move(service: Service, meeting: Meeting, change: Change) -> Meeting:
    async with service.database.transaction() as conn:
        return await use_cases.move_meeting(conn, meeting.id, change, correlation_id="move", now=service.now)


async def cancel(service: Service, meeting: Meeting) -> Meeting:
    async with service.database.transaction() as conn:
        return await use_cases.cancel_meeting(conn, meeting.id, "storm", correlation_id="cancel", now=service.now)


async def test_a_move_is_said_once_with_a_sequence_above_also_the_withdrawn(service: Service, meeting: Meeting) -> None:
    moved = await move(service, meeting, Change(starts_at=meeting.starts_at + timedelta(days=1)))

    (said,) = await service.said()
    assert isinstance(said, MeetingRescheduled)
    assert said.revision.sequence == moved.revision.sequence == 4
    assert (said.previously_starts_at, said.meeting.starts_at) == (meeting.starts_at, moved.starts_at)
    assert (said.meeting.uid, said.meeting.version, said.correlation_id) == (meeting.uid, 2, "move")


async def test_standing_invitations_take_the_sequence_of_the_move(service: Service, meeting: Meeting) -> None:
    await move(service, meeting, Change(minutes=90))
    await service.hear(ended(MANDATE, KOEGE, ANNA))
    await service.hear(started(OTHER_MANDATE, KOEGE, BO, version=5))

    _, withdrawn, again = await service.said()
    assert isinstance(withdrawn, InvitationWithdrawn)
    assert isinstance(again, InvitationIssued)
    assert (withdrawn.revision.sequence, again.revision.sequence) == (5, 4)


async def test_the_same_move_twice_changes_nothing(service: Service, meeting: Meeting) -> None:
    change = Change(starts_at=meeting.starts_at + timedelta(days=1), minutes=90)
    first = await move(service, meeting, change)

    second = await move(service, meeting, change)

    assert second == first
    assert len(await service.said()) == 1


async def test_another_agenda_is_kept_and_nobody_is_told(service: Service, meeting: Meeting) -> None:
    moved = await move(service, meeting, Change(agenda="Velkomst"))

    kept = next(each for each in await service.meetings() if each.id == meeting.id)
    assert kept == moved == replace(meeting, agenda="Velkomst")
    assert await service.said() == []


async def test_the_place_is_said_with_its_address(service: Service, meeting: Meeting) -> None:
    await move(service, meeting, Change(place="Rådhuset", address="Torvet 1, 4600 Køge"))

    (said,) = await service.said()
    assert isinstance(said, MeetingRescheduled)
    assert said.meeting.place == "Rådhuset, Torvet 1, 4600 Køge"


async def test_a_cancellation_is_said_once_and_nobody_is_asked_any_more(service: Service, meeting: Meeting) -> None:
    first = await cancel(service, meeting)
    second = await cancel(service, meeting)

    (said,) = await service.said()
    assert isinstance(said, MeetingCancelled)
    assert (said.revision.sequence, said.reason, said.correlation_id) == (4, "storm", "cancel")
    assert second == first
    assert await service.standing() == set()


async def test_a_cancelled_meeting_is_not_asked_to_and_not_moved(service: Service, meeting: Meeting) -> None:
    await cancel(service, meeting)
    await service.said()

    await service.hear(started(OTHER_MANDATE, KOEGE, BO, version=5))
    await service.plan()

    assert await service.said() == []
    with pytest.raises(MeetingIsCancelled):
        await move(service, meeting, Change(minutes=90))


async def test_a_meeting_that_nobody_knows_cannot_be_moved(service: Service, meeting: Meeting) -> None:
    with pytest.raises(NotFound):
        await move(service, replace(meeting, id=ANNA), Change(minutes=90))


async def test_a_newcomer_after_two_moves_sees_the_meeting_as_it_is_now(service: Service, meeting: Meeting) -> None:
    await move(service, meeting, Change(minutes=90))
    await move(service, meeting, Change(link="https://meet.example/other"))
    await service.said()

    await service.hear(started(OTHER_MANDATE, KOEGE, BO, version=5))

    (issued,) = await service.said()
    assert isinstance(issued, InvitationIssued)
    assert issued.revision.sequence == 5
    assert (issued.meeting.link, issued.meeting.version) == ("https://meet.example/other", 3)
