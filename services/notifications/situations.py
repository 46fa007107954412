"""How it stands with one person's invitation to one meeting, and what was mailed of it before. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from .domain import Language, Method, Partstat


class Situation(NamedTuple):
    """One person's invitation to one meeting as it is now.

    The revision is the meeting's version; sequence, dtstamp and last_modified are what the calendar entry must carry.
    The answer, where there is one, is accepted, tentative or declined, with the state of the place that came of it;
    `taken_version` is that of the answer which took a place that was offered, the last time.
    """

    facts: Mapping[str, Any]
    meeting_id: UUID
    person_id: UUID
    name: str
    address: str
    language: Language
    muted: bool
    standing: bool
    cancelled: bool
    reason: str | None
    revision: int
    sequence: int
    dtstamp: datetime
    last_modified: datetime
    answer: str | None
    place_state: str | None
    attendance: str | None
    offered_until: datetime | None
    taken_version: int | None
    answer_version: int | None
    correlation_id: str

    @property
    def wanted(self) -> bool:
        """Whether the meeting belongs in the person's calendar."""
        return self.standing and not self.cancelled

    @property
    def partstat(self) -> Partstat:
        """What the calendar entry says of the person's coming; who wants to come and has no place is asked anew."""
        match self.answer, self.place_state:
            case "accepted", "confirmed":
                return "ACCEPTED"
            case "accepted", "waiting" | "offered":
                return "TENTATIVE"
            case "tentative", _:
                return "TENTATIVE"
            case "declined", _:
                return "DECLINED"
        return "NEEDS-ACTION"


class Mailed(NamedTuple):
    """An e-mail about a meeting that was queued before, to this person or to the address that this person has now.

    shared: whether somebody else with a standing invitation has the same address by now.
    """

    facts: Mapping[str, Any]
    id: int
    person_id: UUID
    address: str
    method: Method
    revision: int
    sequence: int
    state: str
    may_have_arrived: bool
    message_id: str
    shared: bool

    @property
    def reached(self) -> bool:
        """Whether the far server has it, or may have it."""
        return self.may_have_arrived or self.state == "sending"

    @property
    def waits(self) -> bool:
        """Whether it can still be taken back."""
        return self.state in ("queued", "muted", "suppressed")


def requests_to(situation: Situation, mailed: Iterable[Mailed], address: str) -> list[Mailed]:
    """List the REQUESTs of this person that reached a reader, in order."""
    return [
        email
        for email in mailed
        if email.method == "REQUEST"
        and email.reached
        and (email.person_id, email.address) == (situation.person_id, address)
    ]


def thread(asked: Sequence[Mailed]) -> dict[str, str]:
    """Return what makes an e-mail an answer to the first of some that its reader was sent."""
    return {"in_reply_to": asked[0].message_id} if asked else {}
