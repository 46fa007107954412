"""What one who waited for a place is mailed of it: that it is offered, and that it is theirs. Pure."""

from collections.abc import Sequence
from datetime import datetime

from .domain import CHANGES, URGENT_CHANGES, Draft, Kind, instant
from .situations import Mailed, Situation, requests_to, thread

OF_PLACES: frozenset[Kind] = frozenset({"offer", "confirmation"})


def about_place(situation: Situation, mailed: Sequence[Mailed], drafts: Sequence[Draft], now: datetime) -> list[Draft]:
    """Return the offer or the confirmation that is due, once for each place; none for a meeting that has begun.

    `mailed` and `drafts` are what calendars were sent of the meeting before, and are to be sent now.
    """
    if not situation.wanted or instant(situation.facts["starts_at"]) <= now:
        return []
    if situation.place_state == "offered" and situation.offered_until and situation.offered_until > now:
        return [_offer(situation, situation.offered_until, mailed)]
    if situation.place_state == "confirmed" and situation.taken_version:
        told = [situation.sequence, *(email.sequence for email in mailed), *(draft.sequence or 0 for draft in drafts)]
        return [_confirmation(situation, max(told), mailed, now)]
    return []


def _offer(situation: Situation, until: datetime, mailed: Sequence[Mailed]) -> Draft:
    return Draft(
        kind="offer",
        topic="changes",
        language=situation.language,
        person_id=situation.person_id,
        object_id=situation.meeting_id,
        meeting_id=situation.meeting_id,
        address=situation.address,
        facts=situation.facts,
        params={
            "name": situation.name,
            "attendance": situation.attendance,
            "until": until.isoformat(),
            **thread(requests_to(situation, mailed, situation.address)),
        },
        revision=situation.revision,
        priority=URGENT_CHANGES,
        correlation_id=situation.correlation_id,
        edition=situation.answer_version,
        expires_at=until,
    )


def _confirmation(situation: Situation, sequence: int, mailed: Sequence[Mailed], now: datetime) -> Draft:
    """Mend the calendar, which may hold TENTATIVE; only their coming is new, so SEQUENCE stays (RFC 5546, 3.2.2)."""
    return Draft(
        kind="confirmation",
        topic="changes",
        language=situation.language,
        person_id=situation.person_id,
        object_id=situation.meeting_id,
        meeting_id=situation.meeting_id,
        address=situation.address,
        facts=situation.facts,
        params={
            "name": situation.name,
            "attendance": situation.attendance,
            "dtstamp": now.isoformat(),
            "last_modified": situation.last_modified.isoformat(),
            "partstat": situation.partstat,
            **thread(requests_to(situation, mailed, situation.address)),
        },
        revision=situation.revision,
        priority=CHANGES,
        correlation_id=situation.correlation_id,
        method="REQUEST",
        sequence=sequence,
        edition=situation.taken_version,
        expires_at=instant(situation.facts["starts_at"]),
    )
