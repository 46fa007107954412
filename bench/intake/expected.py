"""What must stand in membership's tables once everything is taken in, by the model of `intake` (pure)."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from deploy.local.demo.messages import SOURCE, SYSTEM, Message

from .load import Load
from .model import TakenIn, Town
from .rows import Row, correlation_id, organisation_key

ACCEPTED, SUPERSEDED, REJECTED = (
    f"upstream.message_{outcome}.v1" for outcome in ("accepted", "superseded", "rejected")
)

# Rows in any order, each as JSON with its names in order.
Rows = Counter[str]


class Expected:
    """What must be there, by table; of the outbox, events and answers apart, each with its type."""

    def __init__(self, load: Load, taken_in: Iterable[str]) -> None:
        """`taken_in`: the ids of the messages that were taken in, in that order, on which versions and outcomes depend.

        Raises:
            KeyError: one that never was, or was broken, was taken in.
        """
        self.tables: defaultdict[str, Rows] = defaultdict(Counter)
        self.towns: dict[str, Town] = {}
        self.too_early: list[str] = []
        self.events: list[Row] = []
        self._sent = Counter(message.id for message in load.messages)
        right = load.right
        for message_id in taken_in:
            self._take_in(right[message_id])
        for town in self.towns.values():
            for (table, _), row in town.rows.items():
                self.tables[table][written(row)] += 1
        for message in {message.id: message for message in load.messages}.values():
            if message.id in load.broken:
                self._reject(message, sorted(load.broken[message.id]))

    def _take_in(self, message: Message) -> None:
        key = organisation_key(message)
        town = self.towns.setdefault(key, Town(key))
        taken_in = town.apply(message)
        if taken_in is None:
            self.too_early.append(message.id)
            return
        self.tables["upstream_messages"][written(line(taken_in))] += 1
        self.tables["personal_changes"].update(map(written, personal_lines(taken_in)))
        events = [{"type": said.type, **event(taken_in, said.body)} for said in taken_in.events]
        self.tables["events"].update(map(written, events))
        self.events += events
        self.tables["answers"][written(answer(taken_in))] += self._sent[message.id]

    def _reject(self, message: Message, faults: list[tuple[str, str]]) -> None:
        times = self._sent[message.id]
        kept = {"message_id": message.id, "times": times, "state": "held", "faults": faults}
        self.tables["quarantine"][written(kept)] += 1
        self.tables["answers"][written(rejection(message, faults))] += times


def written(row: Row) -> str:
    """Write a row as text that is the same for the same row."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def line(taken_in: TakenIn) -> Row:
    """Return the line that uses up the id of a message and keeps what it has changed."""
    return {
        "source": SOURCE,
        "message_id": taken_in.message.id,
        "system": SYSTEM,
        "message_type": message_type(taken_in.message),
        "outcome": taken_in.outcome,
        "organisation_id": taken_in.organisation_id,
        "organisation_version": taken_in.organisation_version,
        "changes": sorted(taken_in.audit.changes, key=written),
    }


def personal_lines(taken_in: TakenIn) -> list[Row]:
    """Return the lines that keep the personal values of what a message has changed."""
    return [{"source": SOURCE, "message_id": taken_in.message.id, **change} for change in taken_in.audit.personal]


def event(taken_in: TakenIn, body: Row) -> Row:
    """Return the body of an event that follows from a message."""
    return {"correlation_id": correlation_id(taken_in.message), **body}


def answer(taken_in: TakenIn) -> Row:
    """Return the answer to a message that was taken in, with its type."""
    known = {
        "correlation_id": correlation_id(taken_in.message),
        "message_source": SOURCE,
        "message_id": taken_in.message.id,
        "message_type": message_type(taken_in.message),
    }
    if taken_in.outcome == "superseded":
        return {"type": SUPERSEDED, **known}
    organisation = {
        "organisation_id": taken_in.organisation_id,
        "organisation_version": taken_in.organisation_version,
    }
    return {"type": ACCEPTED, **known, **organisation}


def rejection(message: Message, faults: list[tuple[str, str]]) -> Row:
    """Return what of the answer to a broken message is for programs: which field, and our code."""
    return {
        "type": REJECTED,
        "message_source": SOURCE,
        "message_id": message.id,
        "message_type": message_type(message),
        "faults": faults,
    }


def message_type(message: Message) -> str:
    """Return the CloudEvents type of a message."""
    return message.headers["cloudEvents_type"]
