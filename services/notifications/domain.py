"""The rules of e-mails: what one is, who writes it, and when an attempt that failed is made again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

from shared.contracts.notifications import MutableTopic

Kind = Literal[
    "welcome",
    "invitation",
    "update",
    "cancellation",
    "reminder",
    "offer",
    "confirmation",
    "host_asked",
    "crisis_notice",
    "crisis_summary",
    "crisis_cancelled",
    "unreachable",
    "silence",
    "flood",
]
Language = Literal["da", "en"]
# Those that cannot be muted are critical: who speaks for a town must hear them.
CriticalTopic = Literal["changes", "crisis", "account"]
Topic = Literal[MutableTopic, CriticalTopic]
Method = Literal["REQUEST", "CANCEL"]
Partstat = Literal["NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED"]
State = Literal["queued", "sending", "sent", "failed", "muted", "suppressed", "obsolete"]
Fault = Literal["address", "mailbox", "ours", "session"]

MUTABLE_TOPICS: tuple[MutableTopic, ...] = get_args(MutableTopic)
CRITICAL_TOPICS: tuple[CriticalTopic, ...] = get_args(CriticalTopic)
# Which goes first: the lower number. Most of what is no invitation goes as soon as a change of a meeting days away.
URGENT_CHANGES, CHANGES, INVITATIONS = PRIORITIES = 0, 1, 2
# What mails say of a meeting.
FACTS = {"uid", "title", "mode", "starts_at", "ends_at", "host_town", "place", "link"}
RETRY_MINUTES = (1, 5, 15, 30, 60)
RECONNECT_SECONDS = (5, 15, 60)
# The ladder, then once an hour: about 48 hours, counted from the first attempt and not from an outage before it.
MOST_ATTEMPTS = 51
# Where the attempts are few, because the domain takes none.
GIVEN_UP_AFTER = timedelta(hours=48)
# When an e-mail is due that is held back until an operator decides.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every e-mail of the network carries: who writes it and who reads the answers."""

    address: str
    reply_to: str
    mail_domain: str


class Draft(NamedTuple):
    """An e-mail to be queued; `facts` make up its frame, `params` are its reader's alone.

    An update also states what its reader was told `before`. E-mails that say the same should share the same facts.

    Who looks after another system is an address and no person that we know: then there is no `person_id`. Where a
    person may get several of a kind about one thing, `edition` says which: of a place, the version of the answer to
    which it was offered or that took it; of hosting, they are counted.
    """

    kind: Kind
    topic: Topic
    language: Language
    person_id: UUID | None
    object_id: UUID
    address: str
    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    revision: int
    priority: int
    correlation_id: str
    meeting_id: UUID | None = None
    method: Method | None = None
    before: Mapping[str, Any] | None = None
    sequence: int | None = None
    edition: int | None = None
    muted: bool = False
    expires_at: datetime | None = None

    @property
    def dedupe(self) -> str:
        """What there can be only one of."""
        if self.edition is not None:
            return f"{self.kind}:{self.object_id}:{self.person_id}:{self.edition}"
        if self.method is not None:
            return f"{self.method}:{self.object_id}:{self.person_id}:{self.sequence}:{self.address}"
        if self.kind == "welcome":
            return f"{self.kind}:{self.person_id}"
        return ":".join(str(part) for part in (self.kind, self.object_id, self.person_id) if part)

    def message_id(self, mail_domain: str) -> str:
        """Return the Message-ID, the same for ever; it gives away neither person nor address."""
        revision = next(n for n in (self.edition, self.sequence, self.revision) if n is not None)
        recipient = hashlib.sha256(f"{self.person_id} {self.address}".encode()).hexdigest()[:16]
        return f"<{self.kind}.{self.object_id}.{revision}.{recipient}@{mail_domain}>"


@dataclass(frozen=True, slots=True)
class Email:
    """One message to one person, or to who looks after another system.

    `facts` are what all recipients of its frame share, `params` what is this reader's alone. The sequence and the
    method are those of its calendar part, where it has one.
    """

    id: int
    kind: Kind
    topic: Topic
    language: Language
    person_id: UUID | None
    meeting_id: UUID | None
    frame_id: int
    address: str
    facts: Mapping[str, Any]
    params: Mapping[str, Any]
    method: Method | None
    sequence: int | None
    message_id: str
    date: datetime
    attempts: int
    expires_at: datetime | None
    correlation_id: str

    @property
    def mutes(self) -> MutableTopic:
        """The topic that its reader mutes by unsubscribing: its own, or invitations where that is critical."""
        return next((topic for topic in MUTABLE_TOPICS if topic == self.topic), "invitations")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt to hand an e-mail over.

    accepted: the server took it. deferred: not now. refused: never. lost: the connection broke, and where
    `may_have_arrived` the server may have taken it all the same. `reply` is what the server said, without addresses.

    `fault` is whose it was, None where it was accepted. address: nobody is there. mailbox: somebody is, who gets no
    mail now. ours: who we are, how we signed in, or what the mail is like; the recipient has no part in it. session:
    the connection broke, or the server has a trouble of its own.
    """

    result: Literal["accepted", "deferred", "refused", "lost"]
    reply: str
    may_have_arrived: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to hand an e-mail over; `again_at` is when the next is due, None where this was the last."""

    email: Email
    at: datetime
    outcome: Outcome
    again_at: datetime | None

    @property
    def state(self) -> Literal["sent", "queued", "failed"]:
        """What the e-mail is in after it."""
        if self.outcome.result == "accepted":
            return "sent"
        return "queued" if self.again_at else "failed"

    @property
    def words(self) -> str:
        """What the server said, and what came of it where that ends the e-mail."""
        if self.state != "failed" or self.outcome.result == "refused":
            return self.outcome.reply
        why = "after two days" if self.email.attempts >= MOST_ATTEMPTS else "its time is past before another attempt"
        return f"{self.outcome.reply}; given up: {why}"

    @property
    def blames_us(self) -> bool:
        """Whether the far side says that we are at fault, and not just for now."""
        return self.outcome.fault == "ours" and self.outcome.result != "deferred"


@lru_cache(maxsize=1000)  # of one meeting the same few are read for everybody
def instant(moment: str) -> datetime:
    """Read a stored moment."""
    return datetime.fromisoformat(moment)


@lru_cache(maxsize=1000)
def written(moment: datetime) -> str:
    """Write a moment to be stored."""
    return moment.isoformat()


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
