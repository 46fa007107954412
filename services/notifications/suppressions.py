"""Addresses that must not be written to: what makes one such, for how long, and who is told of it. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from shared.clock import local_day
from shared.contracts.notifications import AddressUnreachable, Ending, Unreachable

from .domain import CHANGES, Attempt, Draft, Language

# A mailbox that is full or away may be back soon; who does not exist is back when somebody has made them.
SUPPRESSED_FOR: Mapping[Unreachable, timedelta] = {
    "no_such_address": timedelta(days=90),
    "refused_repeatedly": timedelta(days=30),
}
# So many e-mails, each given up, within so long make a mailbox one that refuses.
REFUSALS = 3
RECENT = timedelta(days=14)

Position = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address that must not be written to, in lower case; once that has ended, when and how."""

    id: UUID
    address: str
    reason: Unreachable
    reply: str
    since: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_how: Ending | None = None

    @property
    def position(self) -> Position:
        """Where it stands in a list of all."""
        return self.since, self.id


@dataclass(frozen=True, slots=True)
class Refusal:
    """What makes an address unreachable: the last e-mail that was refused, and the server's words."""

    address: str
    reason: Unreachable
    reply: str
    at: datetime
    correlation_id: str

    @property
    def until(self) -> datetime:
        """When it is tried again."""
        return self.at + SUPPRESSED_FOR[self.reason]


@dataclass(frozen=True, slots=True)
class Unreached:
    """A person who is reached at a suppressed address, and the members that they act for, by name."""

    person_id: UUID
    name: str
    address: str
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class News:
    """That somebody who acts for some members is not reached, which nobody was told of yet."""

    suppression: Suppression
    person: Unreached
    organisation_ids: tuple[UUID, ...]

    @property
    def id(self) -> UUID:
        """What the e-mails are about that tell of it."""
        return uuid5(self.suppression.id, " ".join(map(str, (self.person.person_id, *self.organisation_ids))))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another person who acts for a member of somebody who is not reached."""

    person_id: UUID
    name: str
    address: str
    language: Language


def refusals(attempts: Iterable[Attempt]) -> list[Refusal]:
    """Return the addresses at which, by the last word on each, nobody is, in the order of their names."""
    last = {key(attempt.email.address): attempt for attempt in sorted(attempts, key=lambda attempt: attempt.at)}
    return [
        Refusal(address, "no_such_address", attempt.outcome.reply, attempt.at, attempt.email.correlation_id)
        for address, attempt in sorted(last.items())
        if attempt.outcome.fault == "address"
    ]


def reached(attempts: Iterable[Attempt]) -> list[str]:
    """Return the addresses at which an e-mail was accepted."""
    return sorted({key(attempt.email.address) for attempt in attempts if attempt.state == "sent"})


def gives_up_mailbox(attempt: Attempt) -> bool:
    """Tell whether an attempt was the last of an e-mail, and in vain because of its mailbox."""
    return attempt.state == "failed" and attempt.outcome.fault == "mailbox"


def key(address: str) -> str:
    """Return what is the same for an address however it is written."""
    return address.lower()


def announcement(suppression: Suppression, people: Sequence[Unreached], correlation_id: str) -> AddressUnreachable:
    """Say that an address is unreachable, or is so no longer, without naming it."""
    return AddressUnreachable(
        correlation_id=correlation_id,
        suppression_id=suppression.id,
        address_digest=hashlib.sha256(suppression.address.encode()).hexdigest(),
        people=tuple(person.person_id for person in people),
        reason=suppression.reason,
        since=suppression.since,
        until=suppression.until,
        ended_at=suppression.ended_at,
        ended_how=suppression.ended_how,
        version=1 if suppression.ended_at is None else 2,
    )


def notices(news: News, colleagues: Sequence[Colleague], secretariat: str, correlation_id: str) -> list[Draft]:
    """Tell the secretariat and who acts for the same members; nobody is told at the address itself."""
    to_secretariat = notice_of_address(news.suppression, news.person, secretariat, correlation_id)
    return [draft._replace(object_id=news.id) for draft in to_secretariat] + [
        _notice(news.id, news.suppression, news.person, colleague, colleague.address, correlation_id)
        for colleague in colleagues
    ]


def notice_of_address(
    suppression: Suppression, person: Unreached | None, secretariat: str, correlation_id: str
) -> list[Draft]:
    """Tell the secretariat of an address, and whose it is where that is known; but not at the address itself."""
    if suppression.address == key(secretariat):
        return []
    return [_notice(suppression.id, suppression, person, None, secretariat, correlation_id)]


def _notice(
    about: UUID,
    suppression: Suppression,
    unreached: Unreached | None,
    colleague: Colleague | None,
    address: str,
    correlation_id: str,
) -> Draft:
    return Draft(
        kind="unreachable",
        topic="account",
        language=colleague.language if colleague else "da",
        person_id=colleague.person_id if colleague else None,
        object_id=about,
        address=address,
        facts={
            "name": unreached.name if unreached else None,
            "address": unreached.address if unreached else suppression.address,
            "organisations": ", ".join(unreached.organisations) if unreached else "",
            "reason": suppression.reason,
            "reply": suppression.reply,
            "until": local_day(suppression.until).isoformat(),
            "for_colleague": colleague is not None,
        },
        params={"name": colleague.name if colleague else ""},
        revision=1,
        priority=CHANGES,
        correlation_id=correlation_id,
    )
