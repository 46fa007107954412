"""What is to be written for each message, computed beforehand as if they were taken in one after another (pure)."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from bench.intake.expected import answer, event, line, personal_lines, rejection
from bench.intake.load import Load
from bench.intake.model import TakenIn, Town
from bench.intake.rows import Row, correlation_id, organisation_key
from deploy.local.demo.messages import SYSTEM, Message

EVENTS, ANSWERS = "membership.events", "upstream.answers"
WAIT = timedelta(minutes=10)


class Speech(NamedTuple):
    """What is said: an event or an answer."""

    exchange: str
    routing_key: str
    event_type: str
    correlation_id: str
    body: Row


class Keeping(NamedTuple):
    """A message that goes into quarantine: one that comes too early waits, a broken one is held."""

    state: str
    message: Message
    organisation_key: str | None
    faults: list[dict[str, str]]
    wait_until: datetime | None


@dataclass
class Writes:
    """What is written for one message as it comes: rows by table and key, what is said, kept, replayed.

    `about`: an organisation, or a broken message.
    """

    about: str
    rows: list[tuple[str, str, Row]] = field(default_factory=list)
    said: list[Speech] = field(default_factory=list)
    kept: list[Keeping] = field(default_factory=list)
    replayed: list[Message] = field(default_factory=list)


class Planned:
    """The writes of a load, in turn for what each message is about, whichever of its messages comes first."""

    def __init__(self, load: Load) -> None:
        planner = _Planner(load)
        self.about: dict[str, str] = {}
        self._turns: defaultdict[str, deque[Writes]] = defaultdict(deque)
        for message in load.messages:
            writes = planner.plan(message)
            self.about[message.id] = writes.about
            self._turns[writes.about].append(writes)

    def next(self, message_id: str) -> Writes:
        """Return what is to be written when this message comes."""
        return self._turns[self.about[message_id]][0]

    def done(self, message_id: str) -> None:
        """Note that it is written."""
        self._turns[self.about[message_id]].popleft()

    def take(self, message_id: str) -> Writes:
        """Return what is to be written when this message comes, which then counts as written."""
        return self._turns[self.about[message_id]].popleft()


class _Planner:
    def __init__(self, load: Load) -> None:
        self._broken = load.broken
        self._towns: dict[str, Town] = {}
        self._taken_in: dict[str, TakenIn] = {}
        self._waiting: defaultdict[str, dict[str, tuple[Message, int]]] = defaultdict(dict)

    def plan(self, message: Message) -> Writes:
        if message.id in self._broken:
            return _rejected(message, sorted(self._broken[message.id]))
        writes = Writes(organisation_key(message))
        if not self._take_in(message, writes):
            _, times = self._waiting[writes.about].get(message.id, (message, 0))
            self._waiting[writes.about][message.id] = message, times + 1
            writes.kept.append(_keeping(message, "waiting", [("data.organisation_key", "organisation_unknown")]))
        while self._take_in_waiting(writes):
            pass
        return writes

    def _take_in_waiting(self, writes: Writes) -> bool:
        waiting = self._waiting[writes.about]
        ready = [
            message_id for message_id, (message, times) in waiting.items() if self._take_in(message, writes, times)
        ]
        writes.replayed += [waiting.pop(message_id)[0] for message_id in ready]
        return bool(ready)

    def _take_in(self, message: Message, writes: Writes, times: int = 1) -> bool:
        taken_in = self._taken_in.get(message.id)
        if taken_in is None:
            town = self._towns.setdefault(writes.about, Town(writes.about))
            taken_in = town.apply(message)
            if taken_in is None:
                return False
            self._taken_in[message.id] = taken_in
            _add(writes, taken_in)
        # Who does not know yet whether a message is a repetition tries to use its id up.
        writes.rows.append(("upstream_messages", message.id, line(taken_in)))
        writes.said += [_speech(ANSWERS, SYSTEM, taken_in.message, answer(taken_in)) for _ in range(times)]
        return True


def _add(writes: Writes, taken_in: TakenIn) -> None:
    writes.rows += [(table, key, row) for (table, key), row in taken_in.rows.items()]
    writes.rows += [
        ("personal_changes", f"{row['message_id']} {row['thing']} {row['id']}", row) for row in personal_lines(taken_in)
    ]
    writes.said += [
        _speech(EVENTS, said.type, taken_in.message, {"type": said.type, **event(taken_in, said.body)})
        for said in taken_in.events
    ]


def _rejected(message: Message, faults: list[tuple[str, str]]) -> Writes:
    answered = {**rejection(message, faults), "faults": _faults(faults), "correlation_id": str(uuid4())}
    return Writes(
        about=message.id,
        said=[_speech(ANSWERS, SYSTEM, message, answered)],
        kept=[_keeping(message, "held", faults)],
    )


def _speech(exchange: str, routing_key: str, message: Message, said: Row) -> Speech:
    body = {name: value for name, value in said.items() if name != "type"}
    return Speech(exchange, routing_key, said["type"], correlation_id(message), body)


def _keeping(message: Message, state: str, faults: list[tuple[str, str]]) -> Keeping:
    waits = state == "waiting"
    until = datetime.now(UTC) + WAIT if waits else None
    return Keeping(state, message, organisation_key(message) if waits else None, _faults(faults), until)


def _faults(faults: list[tuple[str, str]]) -> list[dict[str, str]]:
    said = {"reason": "is no organisation that has joined", "expected": "the key of an organisation that joined before"}
    return [{"field": where, "code": code, **said} for where, code in faults]
