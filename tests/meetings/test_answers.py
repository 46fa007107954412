"""The rules of answers: what any sequence of answers, withdrawals, capacities and deadlines leaves true."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.meetings import answers
from services.meetings.answers import Answer, Attendance, Capacity, Choice, Places, PlaceState, Said
from services.meetings.domain import Meeting
from tests.meetings.builders import MONDAY_NOON, UID_DOMAIN, series

HYBRID = next(
    series(mode="hybrid", place="Rådhuset").unplanned_meetings(MONDAY_NOON, UID_DOMAIN),
)
ANNA = UUID(int=1)
DAY = timedelta(hours=24)
KINDS: tuple[Attendance, ...] = ("in_person", "online")
NO_LIMIT: dict[Attendance, Places] = {"in_person": Places(None), "online": Places(None)}


def said(
    choice: Choice = "accepted",
    attendance: Attendance | None = "in_person",
    at: datetime = MONDAY_NOON,
    comment: str | None = None,
) -> Said:
    return Said(choice, attendance, comment, at)


def held(meeting: Meeting, mode: str) -> Meeting:
    return replace(meeting, mode=mode)  # type: ignore[arg-type]  # (a test's own parameter)


@pytest.mark.parametrize(
    ("mode", "attendance", "expected"),
    [
        ("online", None, "online"),
        ("physical", None, "in_person"),
        ("physical", "in_person", "in_person"),
        ("hybrid", "online", "online"),
    ],
)
def test_how_somebody_comes_follows_from_the_mode_where_it_can(
    mode: str, attendance: Attendance | None, expected: Attendance
) -> None:
    answer = answers.given(held(HYBRID, mode), ANNA, None, said("tentative", attendance), NO_LIMIT)

    assert (answer.attendance, answer.place) == (expected, "none")


def test_who_comes_to_a_hybrid_meeting_says_how() -> None:
    with pytest.raises(answers.AttendanceIsMissing):
        answers.given(HYBRID, ANNA, None, said(attendance=None), NO_LIMIT)


@pytest.mark.parametrize(("mode", "attendance"), [("online", "in_person"), ("physical", "online")])
def test_nobody_comes_in_a_way_that_the_meeting_is_not_held(mode: str, attendance: Attendance) -> None:
    with pytest.raises(answers.NoSuchAttendance):
        answers.given(held(HYBRID, mode), ANNA, None, said(attendance=attendance), NO_LIMIT)


def test_who_declines_comes_in_no_way() -> None:
    answer = answers.given(HYBRID, ANNA, None, said("declined", "online"), NO_LIMIT)

    assert (answer.attendance, answer.place) == (None, "none")


def test_an_older_answer_changes_nothing_and_the_same_once_more_neither() -> None:
    first = answers.given(HYBRID, ANNA, None, said(), NO_LIMIT)

    older = answers.given(HYBRID, ANNA, first, said("declined", at=MONDAY_NOON - timedelta(seconds=1)), NO_LIMIT)
    again = answers.given(HYBRID, ANNA, first, said(), NO_LIMIT)

    assert older == again == first


def test_the_latest_wins_in_whatever_order_three_answers_come() -> None:
    accepts, declines = said(at=MONDAY_NOON), said("declined", at=MONDAY_NOON + timedelta(seconds=1))
    accepts_again = said(at=MONDAY_NOON + timedelta(seconds=2))

    answer = answers.given(HYBRID, ANNA, None, accepts, NO_LIMIT)
    answer = answers.given(HYBRID, ANNA, answer, accepts_again, NO_LIMIT)
    answer = answers.given(HYBRID, ANNA, answer, declines, NO_LIMIT)

    assert (answer.choice, answer.given_at) == ("accepted", accepts_again.given_at)


def test_another_comment_costs_nobody_their_place_in_line() -> None:
    full: dict[Attendance, Places] = {**NO_LIMIT, "in_person": Places(1, confirmed=1, waiting=3, last_turn=7)}
    waiting = answers.given(HYBRID, ANNA, None, said(), full)

    commented = answers.given(HYBRID, ANNA, waiting, said(at=MONDAY_NOON + DAY, comment="Gerne!"), full)

    assert (waiting.place, waiting.turn) == (commented.place, commented.turn) == ("waiting", 8)
    assert (commented.comment, commented.version) == ("Gerne!", 2)


def test_an_offer_ends_when_the_meeting_begins_at_the_latest() -> None:
    waiting = answers.given(HYBRID, ANNA, None, said(), {**NO_LIMIT, "in_person": Places(0)})
    an_hour_before = HYBRID.starts_at - timedelta(hours=1)

    (offered,) = answers.offers([waiting], Places(1, waiting=1), HYBRID.starts_at, DAY, an_hour_before)

    assert offered.offered_until == HYBRID.starts_at


def test_nobody_loses_a_place_because_there_are_to_be_fewer() -> None:
    with pytest.raises(answers.PlacesAreTaken, match="3 people"):
        answers.check_enough(Capacity(in_person=2), {**NO_LIMIT, "in_person": Places(5, confirmed=2, offered=1)})


@pytest.mark.parametrize(("mode", "capacity"), [("online", Capacity(in_person=5)), ("physical", Capacity(online=5))])
def test_a_meeting_has_no_places_of_a_kind_in_which_it_is_not_held(mode: str, capacity: Capacity) -> None:
    with pytest.raises(answers.NoSuchAttendance):
        capacity.check(held(HYBRID, mode).mode)


class WaitingLists(RuleBasedStateMachine):
    """A hybrid meeting that seven people answer to, in memory."""

    people = st.integers(1, 7).map(lambda number: UUID(int=number))
    kinds = st.sampled_from(KINDS)

    @initialize(in_person=st.integers(0, 3) | st.none(), online=st.integers(0, 3) | st.none())
    def begin(self, in_person: int | None, online: int | None) -> None:
        self.capacity = Capacity(in_person, online)
        self.answers: dict[UUID, Answer] = {}
        self.now = MONDAY_NOON
        self.line: dict[Attendance, list[UUID]] = {"in_person": [], "online": []}

    @rule(person=people, attendance=kinds, choice=st.sampled_from(["accepted", "accepted", "tentative", "declined"]))
    def answer(self, person: UUID, attendance: Attendance, choice: Choice) -> None:
        self.now += timedelta(minutes=1)
        before = self.answers.get(person)
        if before and before.offered_until and before.offered_until <= self.now:
            before = answers.without_place(before)
        self.keep(answers.given(HYBRID, person, before, said(choice, attendance, self.now), self.places()))

    @rule(person=people)
    def withdraw(self, person: UUID) -> None:
        if person in self.answers:
            self.keep(answers.without_place(self.answers[person]))

    @rule(attendance=kinds, number=st.integers(0, 4) | st.none())
    def set_capacity(self, attendance: Attendance, number: int | None) -> None:
        wanted = replace(self.capacity, **{attendance: number})
        try:
            answers.check_enough(wanted, self.places())
        except answers.PlacesAreTaken:
            return
        self.capacity = wanted

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def places_are_passed_on(self) -> None:
        for answer in list(self.answers.values()):
            if answer.offered_until and answer.offered_until <= self.now:
                self.keep(answers.without_place(answer))
        for attendance, places in self.places().items():
            line = answers.in_line(self.answers.values(), attendance)
            offered = answers.offers(line, places, HYBRID.starts_at, DAY, self.now)
            assert [each.person_id for each in offered] == self.line[attendance][: len(offered)]
            for each in offered:
                self.keep(each)
            after = self.places()[attendance]
            assert not after.waiting or not after.free

    @invariant()
    def never_more_than_places(self) -> None:
        for places in self.places().values():
            assert places.free is None or places.free >= 0

    @invariant()
    def the_line_keeps_its_order(self) -> None:
        for attendance in KINDS:
            in_line = [answer.person_id for answer in answers.in_line(self.answers.values(), attendance)]
            assert in_line == self.line[attendance]

    @invariant()
    def nobody_waits_and_has_a_place(self) -> None:
        for answer in self.answers.values():
            assert (answer.turn is not None) == (answer.place == "waiting")
            assert (answer.offered_until is not None) == (answer.place == "offered")
            assert answer.place == "none" or answer.choice == "accepted"

    def keep(self, answer: Answer) -> None:
        """Keep an answer, and who waits as a list of its own: whoever is not in it yet comes last."""
        before = self.answers.get(answer.person_id)
        assert before is None or answer.version >= before.version
        self.answers[answer.person_id] = answer
        for attendance, line in self.line.items():
            waits = answer.place == "waiting" and answer.attendance == attendance
            if answer.person_id in line and not waits:
                line.remove(answer.person_id)
            if waits and answer.person_id not in line:
                line.append(answer.person_id)

    def places(self) -> dict[Attendance, Places]:
        found: dict[Attendance, Places] = {}
        for attendance in KINDS:
            mine = [answer for answer in self.answers.values() if answer.attendance == attendance]
            states = [answer.place for answer in mine]
            turns = [answer.turn or 0 for answer in mine]
            found[attendance] = Places(
                self.capacity.of(attendance),
                states.count("confirmed"),
                states.count("offered"),
                states.count("waiting"),
                max(turns, default=0),
            )
        return found


WaitingLists.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_places_and_waiting_lists = WaitingLists.TestCase


def as_answered(person: int, attendance: Attendance | None, place: PlaceState, turn: int | None = None) -> Answer:
    choice: Choice = "declined" if attendance is None else "tentative" if place == "none" else "accepted"
    until = MONDAY_NOON + DAY if place == "offered" else None
    return Answer(HYBRID.id, UUID(int=person), choice, attendance, None, MONDAY_NOON, place, turn, until, 1)


def test_who_meant_to_travel_to_what_is_now_online_is_with_it_as_far_as_there_are_places() -> None:
    found = [
        as_answered(1, "in_person", "confirmed"),
        as_answered(2, "in_person", "offered"),
        as_answered(3, "in_person", "none"),
        as_answered(4, None, "none"),
        as_answered(5, "online", "confirmed"),
        as_answered(6, "in_person", "waiting", 4),
        as_answered(7, "in_person", "waiting", 9),
    ]

    changed = answers.in_mode("online", found, Places(3, confirmed=1))

    assert [(each.person_id.int, each.attendance, each.place, each.turn) for each in changed] == [
        (1, "online", "confirmed", None),
        (2, "online", "confirmed", None),
        (3, "online", "none", None),
        (6, "online", "waiting", 1),
        (7, "online", "waiting", 2),
    ]
    assert {(each.version, each.offered_until) for each in changed} == {(2, None)}


def test_nobody_is_said_to_travel_who_never_meant_to() -> None:
    found = [as_answered(1, "online", "confirmed"), as_answered(2, "online", "waiting", 1)]
    found += [as_answered(3, "online", "none"), as_answered(4, "in_person", "confirmed")]

    changed = answers.in_mode("physical", found, Places(None))

    assert [(each.person_id.int, each.choice, each.attendance, each.place) for each in changed] == [
        (1, "accepted", "in_person", "none"),
        (2, "accepted", "in_person", "none"),
        (3, "tentative", "in_person", "none"),
    ]


def test_a_meeting_that_becomes_hybrid_keeps_every_answer() -> None:
    found = [as_answered(1, "online", "confirmed"), as_answered(2, "in_person", "waiting", 1)]

    assert answers.in_mode("hybrid", found, Places(None)) == []
