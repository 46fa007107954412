"""How many e-mails a sender claims at a time: about as many as it begins in a second. Pure."""

# With less ahead, connections would wait; with more, the urgent would wait behind it.
AHEAD_SECONDS = 1.0
FEWEST, MOST = 25, 500


class Appetite:
    """Follows the speed at which e-mails are begun, and grows no faster than twofold."""

    def __init__(self) -> None:
        self.claimed = FEWEST
        self._begun = 0
        self._since = 0.0

    def note_begun(self) -> None:
        """Count an e-mail that is begun."""
        self._begun += 1

    def is_low(self, left: int) -> bool:
        """Tell whether so little is left of what was claimed that more is to be."""
        return left <= self.claimed // 2

    def next_claim(self, now: float) -> int:
        """Return how many to claim now, a moment of a clock in seconds."""
        a_second = self._begun / max(now - self._since, 0.001)
        self.claimed = min(MOST, 2 * self.claimed, max(FEWEST, int(a_second * AHEAD_SECONDS)))
        self._begun, self._since = 0, now
        return self.claimed
