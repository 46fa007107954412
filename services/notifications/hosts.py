"""What the people of a town are mailed of hosting a meeting: the question, and what becomes of it later. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from .domain import CHANGES, Draft, Language
from .wording import moment

# What a host must know to say yes; where in the town it is held, they tell us.
CONDITIONS = ("title", "mode", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class Host:
    """One person who was asked to have their town host a meeting, as things are now.

    invited: whether an invitation to the meeting itself reached them, so that a CANCEL tells them of its cancellation.
    gone: whether they act for no member any more.
    """

    facts: Mapping[str, Any]
    meeting_id: UUID
    person_id: UUID
    name: str
    address: str
    language: Language
    town: str
    cancelled: bool
    invited: bool
    gone: bool
    revision: int
    correlation_id: str

    @property
    def wanted(self) -> bool:
        """Whether the town is to host the meeting, to which people travel."""
        host_town = self.facts.get("host_town") or ""
        return not self.cancelled and self.facts["mode"] != "online" and host_town.casefold() == self.town.casefold()


@dataclass(frozen=True, slots=True)
class Told:
    """An e-mail about hosting that was queued before."""

    facts: Mapping[str, Any]
    id: int
    address: str
    state: str
    may_have_arrived: bool
    message_id: str

    @property
    def asks(self) -> bool:
        """Whether it asks to host, rather than to do so no more."""
        return bool(self.facts["asks"])

    @property
    def waits(self) -> bool:
        """Whether it can still be taken back."""
        return self.state in ("queued", "suppressed")

    @property
    def reached(self) -> bool:
        """Whether the far server has it, or may have it."""
        return self.may_have_arrived or self.state == "sending"


def about_hosting(host: Host, mailed: Sequence[Told], now: datetime) -> tuple[list[int], list[Draft]]:
    """Return the ids of e-mails that wait for nothing, and the e-mail to queue where one is due."""
    waiting = [email for email in mailed if email.waits]
    tried = [email for email in mailed if not email.waits and _was_tried(email)]
    heard = next((email for email in reversed(tried) if email.reached), None)
    due = moment(host.facts["starts_at"]) > now and not host.gone and _is_due(host, heard, tried)
    right = [email for email in waiting if due and _says_what_is_so(email, host)][-1:]
    stale = [email.id for email in waiting if email not in right]
    return stale, [_draft(host, heard, mailed)] if due and not right else []


def _was_tried(email: Told) -> bool:
    return email.reached or email.state != "obsolete"


def _is_due(host: Host, heard: Told | None, tried: Sequence[Told]) -> bool:
    """Whether who heard this last must hear something else; what was tried in vain is not tried again by itself."""
    if host.wanted:
        in_vain = [email for email in tried[-1:] if email.address == host.address]
        return not any(email.asks and _is_alike(email, host) for email in (heard, *in_vain) if email)
    return heard is not None and heard.asks and tried[-1].asks and not (host.cancelled and host.invited)


def _says_what_is_so(email: Told, host: Host) -> bool:
    return email.asks == host.wanted and email.address == host.address and (not email.asks or _is_alike(email, host))


def _is_alike(email: Told, host: Host) -> bool:
    return all(email.facts.get(name) == host.facts.get(name) for name in CONDITIONS)


def _draft(host: Host, heard: Told | None, mailed: Sequence[Told]) -> Draft:
    """Ask, beside what was asked before; who is released needs only that."""
    thread = {"in_reply_to": heard.message_id} if heard else {}
    before = heard.facts if heard and heard.asks else None
    meeting = host.facts if host.wanted or before is None else before
    return Draft(
        kind="host_asked",
        topic="changes",
        language=host.language,
        person_id=host.person_id,
        object_id=host.meeting_id,
        meeting_id=host.meeting_id,
        address=host.address,
        facts={**meeting, "town": host.town, "asks": host.wanted, "cancelled": host.cancelled},
        before=before if host.wanted else None,
        params={"name": host.name, **thread},
        revision=host.revision,
        priority=CHANGES,
        correlation_id=host.correlation_id,
        edition=len(mailed),
        expires_at=moment(host.facts["starts_at"]),
    )
