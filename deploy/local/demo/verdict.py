"""Did the demo end as it must? Compares what arrived with what was expected, and the books with both (pure)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..mailbox.emails import Identity

MOST_LISTED = 10


@dataclass(frozen=True)
class Verdict:
    """What went otherwise than it must; all of it empty where nothing did."""

    missing: Counter[Identity]
    unexpected: Counter[Identity]
    rejected: tuple[dict[str, Any], ...]
    unanswered: int
    sent: Counter[str]
    arrived: Counter[str]

    @property
    def good(self) -> bool:
        """Whether everything went as it must."""
        return not any(self.lines())

    def lines(self) -> Iterator[str]:
        """Say in words what went otherwise."""
        yield from _listed("missing", self.missing)
        yield from _listed("not expected, or there twice", self.unexpected)
        for answer in self.rejected:
            yield f"the register's message {answer['message_id']} was rejected: {answer['faults']}"
        if self.unanswered:
            yield f"{self.unanswered} of the register's messages were not answered"
        if self.sent != self.arrived:
            yield f"notifications says that it sent {dict(self.sent)}, but what arrived is {dict(self.arrived)}"


def by_kind(emails: Counter[Identity]) -> Counter[str]:
    """Count e-mails by kind."""
    counted: Counter[str] = Counter()
    for identity, number in emails.items():
        counted[identity.kind] += number
    return counted


def _listed(what: str, emails: Counter[Identity]) -> Iterator[str]:
    for identity, number in list(emails.items())[:MOST_LISTED]:
        about = f", UID {identity.uid}, SEQUENCE {identity.sequence}" if identity.uid else ""
        yield f"{what}: {number} x {identity.kind} to {identity.address}{about}"
    if len(emails) > MOST_LISTED:
        yield f"{what}: and {len(emails) - MOST_LISTED} others"
