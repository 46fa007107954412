"""Whoever stayed away from the last three meetings held of a series is found, and nobody else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.absence import Absence, Held, absences, absent_running
from services.meetings.network import Organisation

KOEGE, RIBE, SKIVE, ONLINE, IN_PERSON = (UUID(int=number) for number in range(1, 6))
NEW_YEAR = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)

coming = st.sampled_from((True, False, None))


def held(number: int, came: Mapping[UUID, bool], series: UUID = ONLINE) -> Held:
    return Held(uuid4(), series, "Netværksmøde", NEW_YEAR + timedelta(weeks=number), came)


def of_koege(*came: bool | None) -> list[Held]:
    """Meetings, the earliest first; None where it was not entered whether Køge came."""
    return [held(number, {} if one is None else {KOEGE: one}) for number, one in enumerate(came)]


@pytest.mark.parametrize(
    ("came", "absent"),
    [
        ((), False),
        ((False, False), False),
        ((False, False, False), True),
        ((True, False, False, False), True),
        ((False, False, False, True), False),
        ((False, True, False, False), False),
        ((False, False, None, False), False),
        ((None, False, False, False), True),
    ],
)
def test_three_times_running_is_the_last_three(came: tuple[bool | None, ...], absent: bool) -> None:
    assert absent_running(of_koege(*came)) == ({KOEGE} if absent else set())


@given(st.lists(coming))
def test_only_the_last_three_count_whatever_order_they_are_given_in(came: list[bool | None]) -> None:
    meetings = of_koege(*came)
    expected = {KOEGE} if came[-3:] == [False] * 3 else set()

    assert absent_running(meetings) == absent_running(meetings[::-1]) == expected


def test_each_series_is_looked_at_for_itself_and_names_what_was_missed() -> None:
    monthly = [held(number, {KOEGE: False, RIBE: number == 1, SKIVE: False}) for number in (2, 1, 0)]
    quarterly = [held(number, {RIBE: False}, IN_PERSON) for number in (2, 1)]
    koege, ribe = Organisation(KOEGE, "Køge Handel", "Køge", None), Organisation(RIBE, "Ribe Handel", "Ribe", None)

    found = absences([*monthly, *quarterly], [koege, ribe])

    assert found == [Absence(ONLINE, koege, monthly)]
