"""A sender claims as much as it begins in a second, within bounds."""

from services.notifications.sending.appetite import FEWEST, MOST, Appetite


def claims(begun_a_second: int, seconds: int) -> list[int]:
    """What is claimed once a second by a sender that begins so many."""
    appetite, found = Appetite(), list[int]()
    for second in range(seconds):
        found.append(appetite.next_claim(float(second)))
        for _ in range(begun_a_second):
            appetite.note_begun()
    return found


def test_what_is_claimed_follows_the_speed_and_grows_by_doubling() -> None:
    assert claims(130, 5) == [FEWEST, 2 * FEWEST, 4 * FEWEST, 130, 130]


def test_what_is_claimed_is_never_very_little_or_very_much() -> None:
    assert set(claims(1, 5)) == {FEWEST}
    assert claims(10_000, 9)[-1] == MOST


def test_more_is_claimed_once_half_is_gone() -> None:
    assert Appetite().is_low(FEWEST // 2)
    assert not Appetite().is_low(FEWEST // 2 + 1)
