"""Complete lists of what a system knows: what is on them, and when all of it has come (pure)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.upstream import ContactDeparted, Fault, OrganisationLeft, SnapshotEnded, SnapshotStarted

from .messages import Outcome, Refusal, Reported

SnapshotKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mention:
    """What a message on a snapshot mentions: nothing where it says that somebody is gone."""

    source: str
    snapshot: str
    message_id: str
    organisation_id: UUID | None
    contact_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """What we know of a source and was not on its snapshot: an organisation, or one contact of it (`contact_key`)."""

    id: int
    source: str
    snapshot: str
    key: str
    contact_key: str | None
    listed_at: datetime
    organisation: str
    person: str | None


class Snapshots:
    """The snapshots that a group of messages touches; nothing depends on the order in which the messages come."""

    def __init__(self, mentioned: Mapping[SnapshotKey, Collection[str]]) -> None:
        """`mentioned`: the ids of the messages that have come of each `(source, snapshot)` that may end now."""
        self._mentioned = {key: set(ids) for key, ids in mentioned.items()}
        self.mentions: list[Mention] = []
        self.ended: dict[SnapshotKey, datetime] = {}

    def absorb(self, other: "Snapshots") -> None:
        """Add what else has come of the snapshots of others."""
        for key, ids in other._mentioned.items():
            self._mentioned.setdefault(key, set()).update(ids)

    def mention(self, reported: Reported, organisation_id: UUID) -> None:
        """Note a message that is on a snapshot, also one that has changed nothing."""
        if reported.snapshot is None:
            return
        key = (reported.source, reported.snapshot)
        gone = isinstance(reported.message, OrganisationLeft | ContactDeparted)
        contacts = () if gone else reported.contact_keys
        self.mentions.append(Mention(*key, reported.id, None if gone else organisation_id, contacts))
        self._mentioned.setdefault(key, set()).add(reported.id)

    def apply(self, reported: Reported, message: SnapshotStarted | SnapshotEnded) -> Outcome:
        """End a snapshot once all its messages have come; that one begins needs nothing."""
        if isinstance(message, SnapshotEnded):
            if self._come(reported, message) < message.messages:
                return Outcome.EARLY
            self.ended[reported.source, message.snapshot] = reported.time
        return Outcome.ACCEPTED

    def incomplete(self, reported: Reported, message: SnapshotEnded) -> Refusal:
        """Say how many messages are missing of a snapshot that is said to have ended."""
        fault = Fault(
            field="data.messages",
            code="snapshot_incomplete",
            reason=f"is {message.messages}, and {self._come(reported, message)} of them could be taken in",
            expected="every message of the list taken in: send what is missing, or all of it as another snapshot",
        )
        return Refusal(reported.source, reported.id, message.type, (fault,))

    def _come(self, reported: Reported, message: SnapshotEnded) -> int:
        return len(self._mentioned.get((reported.source, message.snapshot), ()))
