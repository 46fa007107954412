"""The quarantine as its keepers see it: which messages are meant, what was done to them, what came of it (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid4

from shared.contracts.upstream import Fault

State = Literal["waiting", "held", "paused", "replayed", "cleared", "dismissed"]

STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("waiting", "held", "paused")
TRIABLE: tuple[State, ...] = ("waiting", "held")


@dataclass(frozen=True, slots=True)
class Act:
    """What one person does at one moment, to one message or to many."""

    who: str
    at: datetime
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages are meant: those to which all of this applies; None applies to every message.

    `field` names the place of a fault, in which `[]` stands for any position in a list.
    """

    states: Sequence[State] = OPEN
    system: str | None = None
    field: str | None = None
    code: str | None = None
    received_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """A message in quarantine without what it says; `edited` tells whether a human made another version of it."""

    id: int
    state: State
    system: str
    source: str | None
    message_id: str | None
    message_type: str | None
    faults: tuple[Fault, ...]
    times: int
    received_at: datetime
    last_received_at: datetime
    settled_at: datetime | None
    edited: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """How many messages of a system have the same fault at the same place; of a list any position is the same."""

    system: str
    field: str
    code: str
    messages: int

    @property
    def key(self) -> str:
        """Name the fault: its code and its place."""
        return f"{self.code} {self.field}"


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done to a message, or came about by itself: then nobody did it."""

    quarantine_id: int
    at: datetime
    what: str
    who: str | None = None
    act: UUID | None = None
    note: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one message in an act: an outcome, or why not, in a note or in what is wrong with it."""

    id: int
    outcome: str | None = None
    note: str | None = None
    faults: tuple[Fault, ...] = ()
