"""How a destination domain that takes no mail for now is left alone, and taken up again by steps. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..domain import Outcome

# As many in a row are the domain's doing, and not one mailbox's.
STRIKES = 3
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)]
# Once it has taken mail for as long after a pause, what it did before is forgotten.
CALM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing goes to a domain for a while, because of what it replied."""

    domain: str
    since: datetime
    until: datetime
    reply: str


@dataclass(slots=True)
class _Pace:
    strikes: int = 0
    pauses: int = 0
    pause: Pause | None = None


class Paces:
    """What one sender knows of the domains that it sends to."""

    def __init__(self) -> None:
        self._paces: dict[str, _Pace] = {}

    def note(self, domain: str, outcome: Outcome, now: datetime) -> Pause | None:
        """Take in what became of an e-mail, and return the pause that begins with it, if one does.

        A domain that was paused of late is paused again by the first e-mail that it does not take, for longer.
        """
        if outcome.result == "deferred":
            return self._note_not_taken(domain, outcome.reply, now)
        pace = self._paces.get(domain)
        if pace and outcome.result == "accepted":
            pace.strikes = 0
            if pace.pause is None or now >= pace.pause.until + CALM:
                del self._paces[domain]
        return None

    def pause(self, domain: str, now: datetime) -> Pause | None:
        """Return the pause that a domain is in, if it is in one."""
        pace = self._paces.get(domain)
        return pace.pause if pace and pace.pause and now < pace.pause.until else None

    def _note_not_taken(self, domain: str, reply: str, now: datetime) -> Pause | None:
        pace = self._paces.setdefault(domain, _Pace())
        if pace.pause and now < pace.pause.until:
            return None
        pace.strikes += 1
        if pace.strikes < (1 if pace.pauses else STRIKES):
            return None
        pace.pause = Pause(domain, now, now + PAUSES[min(pace.pauses, len(PAUSES) - 1)], reply)
        pace.pauses, pace.strikes = pace.pauses + 1, 0
        return pace.pause


def domain_of(address: str) -> str:
    """Return the domain of an address."""
    return address.rpartition("@")[2].lower()
