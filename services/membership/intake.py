"""Decides what becomes of each message of a group, and what each system is answered (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from shared.contracts.upstream import (
    Answer,
    Fault,
    MessageAccepted,
    MessageRejected,
    MessageSuperseded,
    OrganisationJoined,
    OrganisationUpdated,
    SnapshotEnded,
    SnapshotStarted,
)

from .audit import Entry
from .domain import Register
from .messages import (
    Delivery,
    Keeping,
    Kept,
    MessageKey,
    Outcome,
    Refusal,
    Reported,
    TakenIn,
)
from .records import OrganisationKey
from .snapshots import Snapshots

EARLY_WAIT = timedelta(minutes=10)

Early = tuple[Delivery | Kept, Reported]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came, and what was read of it."""

    delivery: Delivery
    read: Reported | Refusal


@dataclass(frozen=True, slots=True)
class Codes:
    """What the database knows that a message must keep to."""

    kinds: frozenset[str]
    municipalities: frozenset[str]
    sources: dict[str, str]


def check(incoming: Incoming, codes: Codes) -> Incoming:
    """Refuse a message that names an unknown kind or municipality, or a source that its system may not speak for."""
    if isinstance(incoming.read, Refusal):
        return incoming
    reported = incoming.read
    faults = [*_source_faults(reported, codes), *_organisation_faults(reported, codes)]
    if not faults:
        return incoming
    refusal = Refusal(reported.source, reported.id, reported.message.type, tuple(faults))
    return Incoming(incoming.delivery, refusal)


def _source_faults(reported: Reported, codes: Codes) -> list[Fault]:
    if codes.sources.get(reported.source) == reported.system:
        return []
    own = sorted(source for source, system in codes.sources.items() if system == reported.system)
    reason = f"is no source that {reported.system} may speak for"
    expected = " or ".join(own) or "a source that the operator has registered for your system"
    return [Fault(field="source", code="source_not_allowed", reason=reason, expected=expected)]


def _organisation_faults(reported: Reported, codes: Codes) -> list[Fault]:
    if not isinstance(reported.message, OrganisationJoined | OrganisationUpdated):
        return []
    organisation, faults = reported.message.organisation, []
    if organisation.kind not in codes.kinds:
        expected = "one of " + ", ".join(sorted(codes.kinds))
        faults.append(
            Fault(field="data.organisation.kind", code="unknown_kind", reason="is no kind", expected=expected)
        )
    if organisation.municipality_code not in codes.municipalities:
        faults.append(
            Fault(
                field="data.organisation.municipality_code",
                code="unknown_municipality",
                reason="is the code of no Danish municipality",
                expected="the official three digits, such as 259 for Køge",
            )
        )
    return faults


@dataclass
class Intake:
    """Applies messages to the register, and gathers what is to be stored and answered."""

    register: Register
    snapshots: Snapshots
    known: dict[MessageKey, TakenIn]
    now: datetime
    fresh: list[Entry] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    keepings: list[Keeping] = field(default_factory=list)
    replayed: dict[int, str | None] = field(default_factory=dict)
    _early: list[Early] = field(default_factory=list)
    _made_way: set[OrganisationKey] = field(default_factory=set)

    def take(self, incoming: Incoming) -> None:
        """Take in a message that has just come; refuse and keep it for a human, or note that it comes too early."""
        if isinstance(incoming.read, Refusal):
            self.keepings.append(keeping(incoming.delivery, incoming.read))
            self.answers.append((incoming.delivery.system, rejection(incoming.read)))
        elif not self._apply(incoming.read):
            self._early.append((incoming.delivery, incoming.read))

    def take_again(self, kept: Kept, reported: Reported) -> bool:
        """Take in a message from the quarantine; return False if it still comes too early."""
        if not self._apply(reported, times=kept.times):
            return False
        self.replayed[kept.id] = self.known[reported.key].outcome
        return True

    def finish(self, waiting: Sequence[tuple[Kept, Reported]]) -> None:
        """Try again what came too early, in this group or before it, wherever one has made way for it.

        What then is still too early of this group is kept, to wait for what it builds on.
        """
        early: list[Early] = [one for one in waiting if not self.take_again(*one)] + self._early
        while self._made_way:
            made_way, self._made_way = self._made_way, set()
            early = [
                one
                for one in early
                if self.register.own_key(one[1].waits_for) not in made_way or not self._take_early(*one)
            ]
        for found, reported in early:
            if reported.key in self.known:  # another with its id was taken in
                self._take_early(found, reported)
            elif isinstance(found, Delivery):
                refusal = self.too_early(reported)
                self.keepings.append(keeping(found, refusal, reported.waits_for[1], self.now + EARLY_WAIT))

    def take_decision(self, reported: Reported) -> None:
        """Take in what a human has decided, as if its source had reported it; nobody is answered."""
        self._apply(reported, times=0)

    def too_early(self, reported: Reported) -> Refusal:
        """Say what is not known yet that a message builds on."""
        if isinstance(reported.message, SnapshotEnded):
            return self.snapshots.incomplete(reported, reported.message)
        return _not_known(reported, self.register)

    def _take_early(self, found: Delivery | Kept, reported: Reported) -> bool:
        return self.take_again(found, reported) if isinstance(found, Kept) else self._apply(reported)

    def _apply(self, reported: Reported, times: int = 1) -> bool:
        key = reported.key
        taken_in = self.known.get(key)
        if taken_in is None:
            entry = self._apply_fresh(reported)
            if entry is None:
                return False
            taken_in = self.known[key] = entry.taken_in
            self.fresh.append(entry)
        if taken_in.organisation_id:
            self.snapshots.mention(reported, taken_in.organisation_id)
        self._made_way.update(map(self.register.own_key, reported.awaited))
        self.answers += [(reported.system, answer(reported, taken_in))] * times
        return True

    def _apply_fresh(self, reported: Reported) -> Entry | None:
        message = reported.message
        if isinstance(message, SnapshotStarted | SnapshotEnded):
            outcome = self.snapshots.apply(reported, message)
            return None if outcome is Outcome.EARLY else Entry(reported, TakenIn(outcome.value, None, None), [])
        outcome = self.register.apply(reported)
        if outcome is Outcome.EARLY:
            return None
        organisation = self.register.get(reported.organisation)
        taken_in = TakenIn(outcome.value, organisation.id, organisation.version)
        return Entry(reported, taken_in, self.register.changes())


def keeping(
    delivery: Delivery, refusal: Refusal, organisation: str | None = None, wait_until: datetime | None = None
) -> Keeping:
    """Keep a message with what is wrong with it: for a human, or until a moment in the hope of what is missing."""
    return Keeping(delivery, refusal.source, refusal.id, refusal.type, organisation, refusal.faults, wait_until)


def set_aside(incoming: Incoming) -> Keeping:
    """Keep a message whose system is paused."""
    read = incoming.read
    message_type = read.message.type if isinstance(read, Reported) else read.type
    return keeping(incoming.delivery, Refusal(read.source, read.id, message_type, ()))


def _not_known(reported: Reported, register: Register) -> Refusal:
    message = reported.message
    if register.find(reported.organisation):
        where, code = "data.contact.key", "contact_unknown"
        reason, expected = "was not appointed at this organisation", "the key of a contact that was appointed before"
    else:
        where = "data.organisation.key" if isinstance(message, OrganisationUpdated) else "data.organisation_key"
        code = "organisation_unknown"
        reason, expected = "is no organisation that has joined", "the key of an organisation that joined before"
    fault = Fault(field=where, code=code, reason=reason, expected=expected)
    return Refusal(reported.source, reported.id, message.type, (fault,))


def rejection(refusal: Refusal) -> MessageRejected:
    """Return the answer to a message that is refused."""
    return MessageRejected(
        correlation_id=str(uuid4()),
        message_source=refusal.source,
        message_id=refusal.id,
        message_type=refusal.type,
        faults=refusal.faults,
    )


def answer(reported: Reported, taken_in: TakenIn) -> Answer:
    """Return the answer to a message whose id is used up."""
    message = {
        "correlation_id": reported.correlation_id,
        "message_source": reported.source,
        "message_id": reported.id,
        "message_type": reported.message.type,
    }
    if taken_in.outcome == Outcome.SUPERSEDED.value:
        return MessageSuperseded.model_validate(message)
    return MessageAccepted(
        **message, organisation_id=taken_in.organisation_id, organisation_version=taken_in.organisation_version
    )
