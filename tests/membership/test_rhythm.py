"""When a system is silent for longer than its rhythm explains, and when it sends too much."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.membership.rhythm import Listening, Watched, is_flooding, is_silent, usual_pause, waited

START = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pauses = st.lists(st.integers(1, 200), min_size=4, max_size=200).map(lambda hours: [HOUR * each for each in hours])
long_pauses = pauses.filter(lambda each: sum(each, timedelta()) >= 14 * DAY)


def hours_after(pauses: list[timedelta]) -> list[datetime]:
    return [START + spent for spent in accumulate(pauses, initial=timedelta())]


def heard(last_message_at: datetime | None, last_paused_at: datetime | None = None) -> Watched:
    return Watched("register", None, "da", False, None, last_message_at, last_paused_at, 0)


def on_working_days(weeks: int) -> list[datetime]:
    return [START + week * 7 * DAY + day * DAY for week in range(weeks) for day in range(5)]


@given(long_pauses)
def test_who_keeps_to_the_usual_rhythm_is_never_silent(pauses: list[timedelta]) -> None:
    usual = usual_pause(hours_after(pauses))

    assert usual == max(pauses)
    assert not any(is_silent(pause, usual) for pause in pauses)


@given(long_pauses)
def test_half_as_long_again_as_usual_is_borne_and_a_day_in_any_case(pauses: list[timedelta]) -> None:
    usual = usual_pause(hours_after(pauses))
    assert usual

    borne = max(1.5 * usual, DAY)

    assert not is_silent(borne, usual)
    assert is_silent(borne + timedelta(minutes=1), usual)


@given(st.lists(st.integers(1, 200), max_size=3))
def test_three_pauses_are_no_rhythm(hours: list[int]) -> None:
    assert usual_pause(hours_after([HOUR * 400, *(HOUR * each for each in hours)][: len(hours)])) is None


def test_a_rhythm_is_known_once_there_were_weekends_in_it() -> None:
    assert usual_pause(on_working_days(2)) is None
    assert usual_pause(on_working_days(3)) == 3 * DAY


def test_a_system_that_never_spoke_has_no_rhythm() -> None:
    assert usual_pause([]) is None
    assert usual_pause([START]) is None


def test_only_what_the_door_listened_to_counts_as_silence() -> None:
    now = START + 9 * DAY

    assert waited(heard(START), Listening(since=START - DAY, until=now), now) == 9 * DAY
    assert waited(heard(START), Listening(since=START + 7 * DAY, until=now - HOUR), now) == 2 * DAY
    assert waited(heard(START), Listening(since=START - DAY, until=now - 2 * HOUR), now) == timedelta()
    assert waited(heard(START), None, now) == timedelta()
    assert waited(heard(None), Listening(since=START, until=now), now) == timedelta()


def test_what_a_paused_system_does_not_say_is_no_silence() -> None:
    now = START + 9 * DAY
    listening = Listening(since=START - DAY, until=now)

    assert waited(heard(START, last_paused_at=START + 8 * DAY), listening, now) == DAY
    assert waited(heard(START, last_paused_at=START - DAY), listening, now) == 9 * DAY


@pytest.mark.parametrize(
    ("messages", "already", "flooding"),
    [(100, False, False), (101, False, True), (100, True, True), (51, True, True), (50, True, False), (0, True, False)],
)
def test_a_flood_begins_above_the_limit_and_ends_at_half_of_it(messages: int, already: bool, flooding: bool) -> None:
    assert is_flooding(messages, 100, already=already) is flooding


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_what_begins_a_flood_does_not_end_it(messages: int, most: int) -> None:
    assert is_flooding(messages, most, already=True) or not is_flooding(messages, most, already=False)
