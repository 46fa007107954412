"""Plays through what would become of messages, each taken in after those before it; nothing of it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from shared.clock import local_day
from shared.contracts.upstream import Fault
from shared.database.pool import Database

from . import use_cases
from .domain import Register
from .drafts import Draft
from .envelope import read
from .intake import Incoming, Intake, check
from .messages import MOST_OCTETS, Delivery, Keeping, Kept, MessageKey, Refusal, Reported, TakenIn
from .people import People
from .records import OrganisationKey, add_missing
from .snapshots import Snapshots

AT_A_TIME = 100

Waiting = dict[int, tuple[Kept, Reported]]


@dataclass(frozen=True, slots=True)
class Fate:
    """What would become of a message: the same as the door would answer, or that it waits for what it builds on."""

    source: str | None
    id: str | None
    type: str | None
    outcome: str
    faults: tuple[Fault, ...] = ()

    @property
    def is_taken_in(self) -> bool:
        return self.outcome in ("accepted", "superseded")


class Rehearsal:
    """Takes messages of a system through the intake as if they came now, one after the other.

    They find the register as it is, and as the messages before them have left it here. Nothing is locked for longer
    than it takes to read what some of them touch.
    """

    def __init__(self, database: Database, system: str, now: datetime) -> None:
        self._database = database
        self._system = system
        self._now = now
        self._register = Register(local_day(now), People())
        self._snapshots = Snapshots({})
        self._known: dict[MessageKey, TakenIn] = {}
        self._waiting: dict[OrganisationKey, Waiting] = {}
        self._fates: list[Fate] = []
        self._early: dict[int, MessageKey] = {}

    async def play(self, drafts: Iterable[Draft]) -> None:
        """Play messages through, some at a time, so that others have their turn in between."""
        rest = iter(drafts)
        while some := [self._incoming(draft) for draft in islice(rest, AT_A_TIME)]:
            for incoming in await self._checked(some):
                self._take(incoming)
            self._register.forget_events()
            self._snapshots.mentions.clear()

    def fates(self) -> list[Fate]:
        """Return what would become of each message in the end: what waited, and need not any more, is taken in."""
        found = list(self._fates)
        for number, key in self._early.items():
            if taken_in := self._known.get(key):
                found[number] = replace(found[number], outcome=taken_in.outcome, faults=())
        return found

    def _incoming(self, draft: Draft) -> Incoming:
        delivery = Delivery(f"{self._system}.check", draft.content_type, draft.headers, draft.body, self._now)
        return Incoming(delivery, _within_bounds(read(delivery, self._now), len(draft.body)))

    async def _checked(self, some: list[Incoming]) -> list[Incoming]:
        """Check messages against what the database knows, and read the part of the register that they touch."""
        async with self._database.rehearsal() as conn:
            codes = await use_cases.current_codes(conn)
            checked = [check(incoming, codes) for incoming in some]
            reported = [incoming.read for incoming in checked if isinstance(incoming.read, Reported)]
            found, waiting = await use_cases.begin(conn, reported, codes, self._now)
        self._register.absorb(found.register)
        self._snapshots.absorb(found.snapshots)
        add_missing(self._known, found.known)
        for kept, again in waiting:
            self._let_wait(kept, again)
        return checked

    def _take(self, incoming: Incoming) -> None:
        """Take in one message, and what waited for it."""
        intake = Intake(self._register, self._snapshots, self._known, self._now)
        intake.take(incoming)
        match incoming.read:
            case Refusal(source, message_id, message_type, faults):
                self._fates.append(Fate(source, message_id, message_type, "rejected", faults))
            case Reported() as reported:
                self._finish(intake, reported)

    def _finish(self, intake: Intake, reported: Reported) -> None:
        waiting = self._waiting_for(reported)
        intake.finish(list(waiting.values()))
        for number in intake.replayed:
            _, again = waiting[number]
            del self._waiting[again.waits_for][number]
        key = reported.key
        for keeping in intake.keepings:
            self._early[len(self._fates)] = key
            self._let_wait(_kept(-1 - len(self._fates), keeping), reported)
            self._fates.append(Fate(*key, reported.message.type, "waiting", keeping.faults))
        if not intake.keepings:
            self._fates.append(Fate(*key, reported.message.type, self._known[key].outcome))

    def _let_wait(self, kept: Kept, reported: Reported) -> None:
        self._waiting.setdefault(reported.waits_for, {})[kept.id] = (kept, reported)

    def _waiting_for(self, reported: Reported) -> Waiting:
        """Find what may have waited for a message, and what may have waited for that."""
        found = self._waiting_under(reported.awaited)
        then = [key for _, again in found.values() for key in again.awaited]
        return {**found, **self._waiting_under(then)}

    def _waiting_under(self, keys: Iterable[OrganisationKey]) -> Waiting:
        """Find what waits for some things, in turn: what is in quarantine, by its number there, before the rest."""
        found = {number: one for key in keys for number, one in self._waiting.get(key, {}).items()}
        return dict(sorted(found.items(), key=lambda one: (one[0] < 0, abs(one[0]))))


def _within_bounds(found: Reported | Refusal, octets: int) -> Reported | Refusal:
    """Refuse what the broker would not even pass on."""
    if octets <= MOST_OCTETS:
        return found
    reason, expected = f"has {octets:,} bytes", f"at most {MOST_OCTETS:,} bytes: the broker refuses more"
    message_type = found.message.type if isinstance(found, Reported) else found.type
    return Refusal(
        found.source,
        found.id,
        message_type,
        (Fault(field="body", code="too_large", reason=reason, expected=expected),),
    )


def _kept(number: int, keeping: Keeping) -> Kept:
    """Number a message as if it were in quarantine, with no number of there."""
    return Kept(
        id=number,
        state="waiting",
        delivery=keeping.delivery,
        source=keeping.source,
        message_id=keeping.message_id,
        message_type=keeping.message_type,
        organisation_key=keeping.organisation_key,
        faults=keeping.faults,
        times=1,
    )
