"""Who is asked to the coming meetings, and what each reader is told when that changes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.meetings import use_cases
from services.meetings.domain import Change
from shared.contracts.meetings import InvitationIssued, InvitationWithdrawn
from tests.meetings.builders import ended, joined, left, person_updated, series, started, updated
from tests.meetings.conftest import Service

KOEGE, ROSKILDE, ANNA, BO, MANDATE, OTHER_MANDATE = (UUID(int=number) for number in range(1, 7))


@pytest.fixture
async def open_meeting(service: Service) -> UUID:
    """A series whose next meeting alone is inside the horizon, with nobody in the network yet."""
    first, *_ = await service.create(series())
    await service.plan()
    return first.id


async def test_a_newcomer_is_asked_to_the_meetings_inside_the_horizon(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    (issued,) = await service.said()
    assert isinstance(issued, InvitationIssued)
    assert (issued.meeting.id, issued.person_id) == (open_meeting, ANNA)
    assert (issued.revision.sequence, issued.version, issued.correlation_id) == (0, 1, "started-1")
    assert await service.standing() == {(open_meeting, ANNA)}


async def test_a_mandate_alone_makes_nobody_a_member(service: Service, open_meeting: UUID) -> None:
    await service.hear(started(MANDATE, KOEGE, ANNA))

    assert await service.said() == []


async def test_a_member_that_is_heard_of_last_brings_its_people(service: Service, open_meeting: UUID) -> None:
    await service.hear(started(MANDATE, KOEGE, ANNA))
    await service.hear(joined(KOEGE))

    (issued,) = await service.said()
    assert issued.correlation_id == "joined-1"
    assert await service.standing() == {(open_meeting, ANNA)}


async def test_nobody_is_invited_twice(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.hear(joined(ROSKILDE), started(OTHER_MANDATE, ROSKILDE, ANNA))
    await service.hear(updated(KOEGE, version=2), started(MANDATE, KOEGE, ANNA, version=2))
    await service.plan()

    assert len(await service.said()) == 1


async def test_who_left_is_withdrawn(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.said()

    await service.hear(ended(MANDATE, KOEGE, ANNA))

    (withdrawn,) = await service.said()
    assert isinstance(withdrawn, InvitationWithdrawn)
    assert (withdrawn.meeting.id, withdrawn.person_id) == (open_meeting, ANNA)
    assert (withdrawn.revision.sequence, withdrawn.version, withdrawn.correlation_id) == (1, 2, "ended-2")
    assert await service.standing() == set()


async def test_a_member_that_leaves_takes_all_its_people_along(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA), started(OTHER_MANDATE, KOEGE, BO))
    await service.said()

    await service.hear(left(KOEGE))
    await service.hear(ended(MANDATE, KOEGE, ANNA), ended(OTHER_MANDATE, KOEGE, BO))

    withdrawn = await service.said()
    assert {event.person_id for event in withdrawn if isinstance(event, InvitationWithdrawn)} == {ANNA, BO}
    assert len(withdrawn) == 2


async def test_a_person_with_two_mandates_stays_invited_when_one_ends(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.hear(joined(ROSKILDE), started(OTHER_MANDATE, ROSKILDE, ANNA))
    await service.said()

    await service.hear(ended(MANDATE, KOEGE, ANNA))

    assert await service.said() == []
    assert await service.standing() == {(open_meeting, ANNA)}


async def test_a_mandate_that_replaces_another_in_one_group_withdraws_nobody(
    service: Service, open_meeting: UUID
) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.said()

    await service.hear(ended(MANDATE, KOEGE, ANNA), started(OTHER_MANDATE, KOEGE, ANNA))

    assert await service.said() == []


async def test_a_mandate_that_passes_to_another_person_asks_that_person(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    await service.hear(started(MANDATE, KOEGE, BO, version=2))

    assert await service.standing() == {(open_meeting, BO)}


async def test_who_is_asked_again_is_told_more_than_the_withdrawal(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.hear(ended(MANDATE, KOEGE, ANNA))
    await service.hear(started(OTHER_MANDATE, KOEGE, ANNA))

    first, withdrawn, again = await service.said()
    assert isinstance(first, InvitationIssued)
    assert isinstance(withdrawn, InvitationWithdrawn)
    assert isinstance(again, InvitationIssued)
    assert [event.revision.sequence for event in (first, withdrawn, again)] == [0, 1, 2]
    assert [event.version for event in (first, withdrawn, again)] == [1, 2, 3]
    assert first.revision.dtstamp < withdrawn.revision.dtstamp < again.revision.dtstamp
    assert first.invitation_id == withdrawn.invitation_id == again.invitation_id


async def test_who_comes_after_a_move_is_told_the_meetings_sequence(service: Service, open_meeting: UUID) -> None:
    async with service.database.transaction() as conn:
        await use_cases.move_meeting(conn, open_meeting, Change(minutes=90), correlation_id="move", now=service.now)
    await service.said()

    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))

    (issued,) = await service.said()
    assert isinstance(issued, InvitationIssued)
    assert issued.revision.sequence == 1
    assert issued.meeting.ends_at - issued.meeting.starts_at == timedelta(minutes=90)


async def test_nothing_changes_about_a_meeting_that_has_begun(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE), started(MANDATE, KOEGE, ANNA))
    await service.said()
    service.now += timedelta(days=11)

    await service.hear(ended(MANDATE, KOEGE, ANNA), started(OTHER_MANDATE, KOEGE, BO))

    assert await service.said() == []
    assert await service.standing() == {(open_meeting, ANNA)}


async def test_an_older_version_changes_nothing(service: Service, open_meeting: UUID) -> None:
    await service.hear(joined(KOEGE, version=3), ended(MANDATE, KOEGE, ANNA, version=2))

    await service.hear(left(KOEGE, version=2), started(MANDATE, KOEGE, ANNA, version=1))
    await service.hear(started(OTHER_MANDATE, KOEGE, BO))

    assert await service.standing() == {(open_meeting, BO)}


async def test_people_are_kept_by_name_and_language_without_an_address(service: Service) -> None:
    await service.hear(person_updated(ANNA, "Anna Holm", version=2), person_updated(ANNA, "Anna", version=1))
    await service.hear(person_updated(ANNA, "Anna", version=1))

    async with service.database.connection() as conn:
        rows = await conn.fetch("SELECT * FROM people")
    assert [dict(row) for row in rows] == [{"id": ANNA, "name": "Anna Holm", "language": "da", "version": 2}]


async def test_a_thousand_newcomers_are_asked_in_one_group(service: Service, open_meeting: UUID) -> None:
    people = [uuid4() for _ in range(1000)]

    await service.hear(joined(KOEGE), *(started(uuid4(), KOEGE, person) for person in people))

    assert await service.standing() == {(open_meeting, person) for person in people}
    assert len(await service.said()) == 1000
