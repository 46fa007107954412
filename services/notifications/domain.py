"""The rules of e-mails: what one is, who writes it, and when an attempt that failed is made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

Kind = Literal["welcome", "invitation", "update", "cancellation"]
Language = Literal["da", "en"]
Topic = Literal["invitations", "changes", "account"]

MUTABLE_TOPICS: frozenset[Topic] = frozenset({"invitations"})
RETRY_MINUTES = (1, 5, 15, 30, 60)
RECONNECT_SECONDS = (5, 15, 60)
# The ladder, then once an hour: about 48 hours, counted from the first attempt and not from an outage before it.
MOST_ATTEMPTS = 51


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every e-mail of the network carries: who writes it and who reads the answers."""

    address: str
    reply_to: str
    mail_domain: str


@dataclass(frozen=True, slots=True)
class Email:
    """One message to one person.

    `facts` are what all recipients of its frame share, `params` what is this person's alone. The sequence and the
    method are those of its calendar part, where it has one.
    """

    id: int
    kind: Kind
    topic: Topic
    language: Language
    person_id: UUID
    frame_id: int
    address: str
    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    method: Literal["REQUEST", "CANCEL"] | None
    sequence: int | None
    message_id: str
    date: datetime
    attempts: int
    expires_at: datetime | None
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt to hand an e-mail over.

    accepted: the server took it. deferred: not now. refused: never. lost: the connection broke, and where
    `may_have_arrived` the server may have taken it all the same. `reply` is what the server said, without addresses.
    """

    result: Literal["accepted", "deferred", "refused", "lost"]
    reply: str
    may_have_arrived: bool = False


def next_attempt(email: Email, outcome: Outcome, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again, or None when it is given up; `jitter` is from 0 to 1.

    `email.attempts` counts the attempt just made.
    """
    if outcome.result in ("accepted", "refused") or email.attempts >= MOST_ATTEMPTS:
        return None
    ladder = [timedelta(seconds=s) for s in RECONNECT_SECONDS] if outcome.result == "lost" else []
    ladder += [timedelta(minutes=m) for m in RETRY_MINUTES]
    pause = ladder[min(email.attempts, len(ladder)) - 1]
    due = now + pause * (1 + 0.2 * jitter)
    return due if email.expires_at is None or due < email.expires_at else None
