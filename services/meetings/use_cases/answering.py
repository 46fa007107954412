"""Who comes: the latest answer is kept, places are given, and freed ones are passed on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared.database.pool import Connection
from shared.messaging import outbox

from .. import announcements, answers, domain, storage
from ..answers import Answer, Capacity, Said
from ..domain import Invitation, Meeting


async def give_answer(
    conn: Connection, meeting_id: UUID, person_id: UUID, said: Said, *, correlation_id: str, now: datetime
) -> Answer:
    """Keep a person's answer and say so, unless a newer one is known; the same once more changes nothing.

    Raises:
        NotFound, MeetingIsCancelled, MeetingHasBegun, NotInvited, GivenInTheFuture, AttendanceIsMissing,
        NoSuchAttendance
    """
    meeting = await storage.lock_meeting(conn, meeting_id)
    domain.check_coming(meeting, now)
    if said.given_at > now:
        raise answers.GivenInTheFuture("an answer was given now or before", field="given_at")
    if not await storage.is_invited(conn, meeting_id, person_id):
        raise answers.NotInvited("this person is not asked to this meeting", field="person_id")
    before = await storage.get_answer(conn, meeting_id, person_id)
    if before and before.offered_until and before.offered_until <= now:
        before = answers.without_place(before)
        await _keep(conn, [before], {before.person_id: correlation_id})
    places = await storage.count_places(conn, meeting_id, await storage.get_capacity(conn, meeting_id))
    after = answers.given(meeting, person_id, before, said, places)
    if after != before:
        await _keep(conn, [after], {person_id: correlation_id})
        if before and before.place == "offered" and after.place == "confirmed":
            await outbox.add(conn, announcements.place_confirmed(after, correlation_id))
    return after


async def set_capacity(
    conn: Connection, meeting_id: UUID, change: Callable[[Capacity], Capacity], *, now: datetime
) -> Capacity:
    """Give a meeting another number of places; those that are more are then offered to who waits.

    Raises:
        NotFound, MeetingIsCancelled, MeetingHasBegun, NoSuchAttendance, PlacesAreTaken
    """
    meeting = await storage.lock_meeting(conn, meeting_id)
    domain.check_coming(meeting, now)
    capacity = change(await storage.get_capacity(conn, meeting_id))
    await _limit(conn, meeting, capacity)
    return capacity


async def set_series_capacity(
    conn: Connection, series_id: UUID, change: Callable[[Capacity], Capacity], *, now: datetime
) -> Capacity:
    """Give a series another number of places, and each of its meetings to come that had as many as the series.

    Raises:
        NotFound, NoSuchAttendance, PlacesAreTaken
    """
    await storage.lock_network(conn)
    before = await storage.get_series_capacity(conn, series_id)
    capacity = change(before)
    for meeting in await storage.lock_meetings_to_come(conn, series_id, before, now):
        await _limit(conn, meeting, capacity)
    await storage.keep_series_capacity(conn, series_id, capacity)
    return capacity


async def follow_mode(conn: Connection, meetings: Sequence[Meeting], *, correlation_id: str) -> None:
    """Have the places and the answers of meetings that were given another mode follow it, and say which changed."""
    await storage.lock_meetings(conn, [meeting.id for meeting in meetings])
    for meeting in meetings:
        capacity = (await storage.get_capacity(conn, meeting.id)).within(meeting.mode)
        await storage.keep_capacity(conn, meeting.id, capacity)
        places = await storage.count_places(conn, meeting.id, capacity)
        found = await storage.list_by_place(conn, meeting.id)
        changed = answers.in_mode(meeting.mode, found, places["online"])
        await _keep(conn, changed, {each.person_id: correlation_id for each in changed})


async def pass_on_places(
    conn: Connection, meeting_id: UUID, *, good_for: timedelta, correlation_id: str, now: datetime
) -> None:
    """Take back the offers that were let pass, and offer what is free to who waits, in line."""
    meeting = await storage.lock_meeting(conn, meeting_id)
    lapsed = [answers.without_place(each) for each in await storage.list_lapsed(conn, meeting_id, now)]
    await _keep(conn, lapsed, {each.person_id: correlation_id for each in lapsed})
    if meeting.status != "scheduled" or meeting.starts_at <= now:
        return
    places = await storage.count_places(conn, meeting_id, await storage.get_capacity(conn, meeting_id))
    waiting = await storage.list_in_line(conn, meeting_id)
    for attendance, of_this_kind in places.items():
        line = answers.in_line(waiting, attendance)
        offered = answers.offers(line, of_this_kind, meeting.starts_at, good_for, now)
        await storage.keep_answers(conn, offered)
        await outbox.add(conn, *(announcements.place_offered(each, correlation_id) for each in offered))


async def free_places(conn: Connection, withdrawn: Sequence[Invitation], concerned: Mapping[UUID, str]) -> None:
    """Take the places of those who are no longer asked.

    `concerned` names for each person the correlation id of what brought this about.
    """
    if not withdrawn:
        return
    people: dict[UUID, list[UUID]] = {}
    for invitation in withdrawn:
        people.setdefault(invitation.meeting_id, []).append(invitation.person_id)
    await storage.lock_meetings(conn, people)
    freed = [answers.without_place(each) for each in await storage.list_with_places(conn, people)]
    await _keep(conn, freed, concerned)


async def free_places_of_the_uninvited(conn: Connection, meetings: Collection[UUID], correlation_id: str) -> None:
    """Take the places of those who left while these meetings were paused, and are not asked to them again."""
    await storage.lock_meetings(conn, meetings)
    freed = [answers.without_place(each) for each in await storage.list_with_places_uninvited(conn, meetings)]
    await _keep(conn, freed, {each.person_id: correlation_id for each in freed})


async def _limit(conn: Connection, meeting: Meeting, capacity: Capacity) -> None:
    capacity.check(meeting.mode)
    answers.check_enough(capacity, await storage.count_places(conn, meeting.id, capacity))
    await storage.keep_capacity(conn, meeting.id, capacity)


async def _keep(conn: Connection, changed: Sequence[Answer], concerned: Mapping[UUID, str]) -> None:
    await storage.keep_answers(conn, changed)
    await outbox.add(conn, *(announcements.answer_given(each, concerned[each.person_id]) for each in changed))
