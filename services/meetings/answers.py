"""The rules of answers: who comes and how, who gets a place, who waits for one, and to whom a freed one is offered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.errors import Conflict, Invalid

from .domain import Meeting, Mode

Choice = Literal["accepted", "tentative", "declined"]
Attendance = Literal["in_person", "online"]
PlaceState = Literal["confirmed", "offered", "waiting", "none"]

ATTENDANCES: Mapping[Mode, tuple[Attendance, ...]] = {
    "physical": ("in_person",),
    "online": ("online",),
    "hybrid": ("in_person", "online"),
}


class AttendanceIsMissing(Invalid):
    """To a hybrid meeting one comes in person or online."""

    code = "attendance_is_missing"


class NoSuchAttendance(Invalid):
    """The meeting is not held that way."""

    code = "no_such_attendance"


class PlacesAreTaken(Conflict):
    """Nobody loses a place because there are to be fewer."""

    code = "places_are_taken"


class NotInvited(Conflict):
    """Only who is asked to a meeting answers."""

    code = "not_invited"


class GivenInTheFuture(Invalid):
    """Nobody has answered yet at a moment that is still to come."""

    code = "given_in_the_future"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many places a meeting has of each kind; None is as many as wanted."""

    in_person: int | None = None
    online: int | None = None

    def of(self, attendance: Attendance) -> int | None:
        """Return how many there are of one kind."""
        return self.in_person if attendance == "in_person" else self.online

    def within(self, mode: Mode) -> "Capacity":
        """Return the numbers of the kinds that a meeting still has."""
        return Capacity(**{kind: self.of(kind) for kind in ATTENDANCES[mode]})

    def check(self, mode: Mode) -> None:
        """Refuse a number of places of a kind that a meeting does not have."""
        for attendance in ATTENDANCES["hybrid"]:
            if self.of(attendance) is not None and attendance not in ATTENDANCES[mode]:
                raise NoSuchAttendance(f"nobody comes {_words(attendance)} to this meeting", field=attendance)


@dataclass(frozen=True, slots=True)
class Places:
    """How it stands with the places of one kind: so many are confirmed or offered, so many people wait in line."""

    capacity: int | None
    confirmed: int = 0
    offered: int = 0
    waiting: int = 0
    last_turn: int = 0

    @property
    def free(self) -> int | None:
        """How many nobody has or is offered; None is as many as wanted."""
        return None if self.capacity is None else self.capacity - self.confirmed - self.offered

    @property
    def at_once(self) -> bool:
        """Whether who asks now gets one, and passes by nobody who waits."""
        return not self.waiting and (self.free is None or self.free > 0)

    @property
    def next_one(self) -> tuple[PlaceState, int | None]:
        """What who asks now gets: a place, or a turn in line."""
        return ("confirmed", None) if self.at_once else ("waiting", self.last_turn + 1)

    def with_one_more(self, place: PlaceState) -> "Places":
        """Return how it stands once somebody has got that."""
        match place:
            case "confirmed":
                return replace(self, confirmed=self.confirmed + 1)
            case "waiting":
                return replace(self, waiting=self.waiting + 1, last_turn=self.last_turn + 1)
        return self


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one person's coming, and when it was said."""

    choice: Choice
    attendance: Attendance | None
    comment: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one meeting, the latest by time, and the place that came of it.

    Whoever waits has a `turn`, the lower first; an offer is good until `offered_until`, and never past the beginning.
    An accepted answer without a place is one whose offer was let pass, or whose invitation was withdrawn.
    """

    meeting_id: UUID
    person_id: UUID
    choice: Choice
    attendance: Attendance | None
    comment: str | None
    given_at: datetime
    place: PlaceState
    turn: int | None
    offered_until: datetime | None
    version: int


def given(
    meeting: Meeting, person_id: UUID, before: Answer | None, said: Said, all_places: Mapping[Attendance, Places]
) -> Answer:
    """Return the answer that a person has now given, with its place; the one before where that is newer or the same.

    An offer that was let pass must have been taken back before. Raises AttendanceIsMissing, NoSuchAttendance.
    """
    attendance = None if said.choice == "declined" else attendance_at(meeting.mode, said.attendance)
    if before and said.given_at < before.given_at:
        return before
    place, turn = _place(before, said.choice, attendance, all_places)
    answer = Answer(
        meeting_id=meeting.id,
        person_id=person_id,
        choice=said.choice,
        attendance=attendance,
        comment=said.comment,
        given_at=said.given_at,
        place=place,
        turn=turn,
        offered_until=None,
        version=before.version if before else 1,
    )
    if before is None or answer == before:
        return answer
    return replace(answer, version=before.version + 1)


def attendance_at(mode: Mode, attendance: Attendance | None, field: str = "attendance") -> Attendance:
    """Return how one comes to a meeting, which only of a hybrid one need be said.

    Raises AttendanceIsMissing, NoSuchAttendance.
    """
    possible = ATTENDANCES[mode]
    if attendance is None and len(possible) > 1:
        raise AttendanceIsMissing("say in_person or online", field=field)
    if attendance and attendance not in possible:
        raise NoSuchAttendance(f"nobody comes {_words(attendance)} to this meeting", field=field)
    return attendance or possible[0]


def in_mode(mode: Mode, answers: Iterable[Answer], online: Places) -> list[Answer]:
    """Return, as they then are, the answers to a meeting that it is another mode for, given the next in line first.

    Whoever meant to travel is with it online, as far as there are places. Nobody is said to travel who never meant to:
    they have no place any more and are asked anew.
    """
    changed = []
    for answer in answers:
        if answer.attendance is None or answer.attendance in ATTENDANCES[mode]:
            continue
        place, turn = ("none", None) if mode == "physical" or answer.place == "none" else online.next_one
        online = online.with_one_more(place)
        changed.append(
            replace(
                answer,
                attendance=ATTENDANCES[mode][0],
                place=place,
                turn=turn,
                offered_until=None,
                version=answer.version + 1,
            )
        )
    return changed


def without_place(answer: Answer) -> Answer:
    """Return an answer that has lost its place: its offer was let pass, or its invitation is withdrawn."""
    return replace(answer, place="none", turn=None, offered_until=None, version=answer.version + 1)


def offers(
    waiting: Sequence[Answer], places: Places, starts_at: datetime, good_for: timedelta, now: datetime
) -> list[Answer]:
    """Offer the free places of one kind to those who wait for them, in line."""
    until = min(now + good_for, starts_at)
    return [
        replace(answer, place="offered", turn=None, offered_until=until, version=answer.version + 1)
        for answer in waiting[: places.free]
    ]


def check_enough(capacity: Capacity, all_places: Mapping[Attendance, Places]) -> None:
    """Refuse fewer places than are confirmed or offered."""
    for attendance, places in all_places.items():
        taken, wanted = places.confirmed + places.offered, capacity.of(attendance)
        if wanted is not None and wanted < taken:
            raise PlacesAreTaken(f"{taken} people have a place or are offered one", field=attendance)


def in_line(answers: Iterable[Answer], attendance: Attendance) -> list[Answer]:
    """List who waits for a kind of place, the next first."""
    waiting = [answer for answer in answers if answer.place == "waiting" and answer.attendance == attendance]
    return sorted(waiting, key=lambda answer: answer.turn or 0)


def _place(
    before: Answer | None, choice: Choice, attendance: Attendance | None, all_places: Mapping[Attendance, Places]
) -> tuple[PlaceState, int | None]:
    """Return the place of an answer and its turn: who has, is offered or waits for one of the same kind keeps it."""
    if choice != "accepted" or attendance is None:
        return "none", None
    if before and before.attendance == attendance and before.place != "none":
        return ("waiting", before.turn) if before.place == "waiting" else ("confirmed", None)
    return all_places[attendance].next_one


def _words(attendance: Attendance) -> str:
    return attendance.replace("_", " ")
