"""When an attempt that failed is made again, and when it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain import MOST_ATTEMPTS, Outcome, next_attempt
from tests.notifications.builders import NOW
from tests.notifications.samples import sample

DEFERRED = Outcome("deferred", "450 not now")
LOST = Outcome("lost", "closed")
EMAIL = sample("invitation")


def pauses(outcome: Outcome, attempts: int, jitter: float = 0) -> list[timedelta]:
    """How long each wait is after so many attempts."""
    found = [next_attempt(replace(EMAIL, attempts=n), outcome, NOW, jitter) for n in range(1, attempts + 1)]
    return [again_at - NOW for again_at in found if again_at]


def test_not_now_is_tried_ever_later_then_hourly() -> None:
    assert pauses(DEFERRED, 7) == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 60, 60)]


def test_a_lost_connection_is_tried_again_soon() -> None:
    assert pauses(LOST, 5) == [timedelta(seconds=seconds) for seconds in (5, 15, 60, 60, 300)]


def test_waits_are_spread_by_at_most_a_fifth() -> None:
    assert pauses(DEFERRED, 1, jitter=1) == [timedelta(seconds=72)]


def test_it_is_given_up_after_about_two_days() -> None:
    waited = sum(pauses(DEFERRED, MOST_ATTEMPTS), timedelta())

    assert timedelta(hours=46) < waited < timedelta(hours=49)
    assert next_attempt(replace(EMAIL, attempts=MOST_ATTEMPTS), DEFERRED, NOW, 0) is None


def test_it_is_given_up_when_the_meeting_will_have_begun() -> None:
    soon = replace(EMAIL, attempts=2, expires_at=NOW + timedelta(minutes=4))

    assert next_attempt(soon, DEFERRED, NOW, 0) is None


@pytest.mark.parametrize("result", ["accepted", "refused"])
def test_an_answer_is_final(result: str) -> None:
    outcome = Outcome("accepted", "250") if result == "accepted" else Outcome("refused", "550")

    assert next_attempt(replace(EMAIL, attempts=1), outcome, NOW, 0) is None
