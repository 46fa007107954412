"""What became of e-mails, as those ask for it who look after them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from .domain import NEVER, Kind, Language, Method, State, Topic

# Why an e-mail is not sent again; in Danish and in English below.
Left = Literal["not_failed", "past", "readdressed", "overtaken", "suppressed", "muted", "needless"]
WHY_LEFT: Mapping[Left, tuple[str, str]] = {
    "not_failed": (
        "Den er ikke en af dem, der ikke kunne leveres.",
        "It is none of those that could not be delivered.",
    ),
    "past": ("Dens tid er gået.", "Its time is past."),
    "readdressed": ("Læseren har fået en anden adresse.", "Its reader has another address by now."),
    "overtaken": ("Læseren har fået eller får noget nyere.", "Its reader got or gets something newer."),
    "suppressed": (
        "Adressen er spærret: ophæv spærringen først.",
        "Its address is suppressed: undo that first.",
    ),
    "muted": ("Læseren har fravalgt emnet.", "Its reader has muted the topic."),
    "needless": ("Det, den siger, passer ikke længere.", "What it says is so no longer."),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which e-mails are meant: those to which all of this applies; None applies to every e-mail.

    An organisation means whoever acts or acted for it. `reply` is what the far server's last reply begins with,
    `act` by which they were sent again.
    """

    state: State | None = None
    kind: Kind | None = None
    topic: Topic | None = None
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    meeting_id: UUID | None = None
    reply: str | None = None
    act: UUID | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one e-mail.

    `name` and `organisation` are its reader's, `about` the title of its meeting or whatever else it is about.
    """

    id: int
    kind: Kind
    topic: Topic
    language: Language
    state: State
    attempts: int
    reply: str | None
    message_id: str
    person_id: UUID | None
    meeting_id: UUID | None
    method: Method | None
    sequence: int | None
    date: datetime
    next_attempt_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    correlation_id: str
    name: str
    about: str
    organisation: str | None

    @property
    def held_back(self) -> bool:
        """Whether it waits until an operator decides, because the database was restored."""
        return self.state == "queued" and self.next_attempt_at == NEVER


@dataclass(frozen=True, slots=True)
class Handing:
    """One attempt to hand an e-mail over, and what the far server answered."""

    at: datetime
    outcome: Literal["accepted", "deferred", "refused", "lost"]
    reply: str


@dataclass(frozen=True, slots=True)
class Act:
    """What one person does at one moment, to one e-mail or to many, and why."""

    who: str
    reason: str
    at: datetime
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Resent:
    """What came of sending one failure again; `left` says why it was left as it is."""

    id: int
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened within an hour: e-mails that were queued, and attempts by their outcome."""

    begins_at: datetime
    queued: int
    accepted: int
    deferred: int
    refused: int
    lost: int

    @property
    def busy(self) -> bool:
        """Whether anything happened at all."""
        return any((self.queued, self.accepted, self.deferred, self.refused, self.lost))


def hours_until(now: datetime, length: timedelta) -> tuple[datetime, datetime]:
    """Return when some whole hours begin and end, of which the present one is the last."""
    until = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return until - length, until
