"""How often something may be asked."""

import pytest

from shared.errors import TooOften
from shared.web.pace import Pace


def test_so_much_is_allowed_at_once_and_then_so_much_a_second() -> None:
    now = [100.0]
    pace = Pace(2, at_once=3, clock=lambda: now[0])
    for _ in range(3):
        pace.take()
    with pytest.raises(TooOften):
        pace.take()

    now[0] += 1
    for _ in range(2):
        pace.take()

    with pytest.raises(TooOften):
        pace.take()


def test_a_rest_allows_no_more_than_so_much_at_once() -> None:
    now = [100.0]
    pace = Pace(2, at_once=3, clock=lambda: now[0])
    now[0] += 3600

    for _ in range(3):
        pace.take()

    with pytest.raises(TooOften):
        pace.take()
