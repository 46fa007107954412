"""What is due to make calendars hold what they should, given what was mailed before. Pure.

A reader is an address, because that is where a calendar listens. Whatever order events come in, and however often,
the last e-mail that each reader gets of a meeting says what is so.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count

from .domain import CHANGES, INVITATIONS, URGENT_CHANGES, Draft, Topic, instant, written
from .situations import Mailed, Situation, requests_to, thread

URGENT = timedelta(hours=48)


def due(situation: Situation, mailed: Sequence[Mailed], now: datetime) -> tuple[list[int], list[Draft]]:
    """Return the ids of e-mails that wait for nothing, and the e-mails to queue, in order.

    Each takes a SEQUENCE above all that its reader or its person was ever to be sent of the meeting.
    """
    stale = [email.id for email in mailed if _is_stale(situation, email)]
    if stale:
        mailed = [email._replace(state="obsolete") if email.id in stale else email for email in mailed]
    sequences = count(max([situation.sequence, *(email.sequence + 1 for email in mailed)]))
    drafts = [
        _cancellation(situation, told, mailed, next(sequences), now) for told in _to_take_away(situation, mailed, now)
    ]
    if situation.wanted and not _is_covered(situation, mailed):
        drafts += _request(situation, mailed, next(sequences), now)
    return stale, drafts


def _is_stale(situation: Situation, email: Mailed) -> bool:
    if not email.waits or email.person_id != situation.person_id:
        return False
    if email.method == "CANCEL":
        return _is_wanted_at(situation, email)
    return not (situation.wanted and _is_current(situation, email))


def _is_current(situation: Situation, email: Mailed) -> bool:
    return (
        email.method == "REQUEST"
        and (email.person_id, email.address) == (situation.person_id, situation.address)
        and email.revision >= situation.revision
        and email.sequence >= situation.sequence
    )


def _is_wanted_at(situation: Situation, email: Mailed) -> bool:
    """Whether the calendar behind the address of an e-mail should hold the meeting."""
    mine = situation.wanted and situation.address == email.address
    return mine or (email.shared and not situation.cancelled)


def _to_take_away(situation: Situation, mailed: Sequence[Mailed], now: datetime) -> list[Mailed]:
    """List, a reader each, the last REQUEST that should be in the calendar no longer."""
    readers = dict.fromkeys(email.address for email in mailed)
    last = [asked[-1] for address in readers if (asked := requests_to(situation, mailed, address))]
    return [
        email
        for email in last
        if not _is_wanted_at(situation, email)
        and instant(email.facts["starts_at"]) > now
        and not any(later.state != "obsolete" for later in _cancelled_later(email, mailed))
    ]


def _is_covered(situation: Situation, mailed: Sequence[Mailed]) -> bool:
    """Whether what the reader was or will be sent says what is so; a CANCEL that may have arrived undoes it."""
    return any(
        email.state != "obsolete" and _is_current(situation, email) and not _is_undone(email, mailed)
        for email in mailed
    )


def _is_undone(email: Mailed, mailed: Sequence[Mailed]) -> bool:
    return any(later.state != "obsolete" or later.reached for later in _cancelled_later(email, mailed))


def _cancelled_later(email: Mailed, mailed: Iterable[Mailed]) -> Iterable[Mailed]:
    return (
        later for later in mailed if later.method == "CANCEL" and later.address == email.address and later.id > email.id
    )


def _cancellation(situation: Situation, told: Mailed, mailed: Sequence[Mailed], sequence: int, now: datetime) -> Draft:
    """State what the reader was told last, and why it is so no longer."""
    starts_at = instant(told.facts["starts_at"])
    return Draft(
        kind="cancellation",
        topic="changes",
        language=situation.language,
        person_id=situation.person_id,
        object_id=situation.meeting_id,
        meeting_id=situation.meeting_id,
        address=told.address,
        facts={**told.facts, **_cause(situation)},
        params=_params(situation, requests_to(situation, mailed, told.address), sequence, now),
        revision=situation.revision,
        priority=_priority(starts_at, now),
        correlation_id=situation.correlation_id,
        method="CANCEL",
        sequence=sequence,
        expires_at=starts_at,
    )


def _cause(situation: Situation) -> dict[str, str | None]:
    if situation.cancelled:
        return {"cause": "meeting_cancelled", "reason": situation.reason}
    return {"cause": "address_changed" if situation.standing else "withdrawn", "reason": None}


def _request(situation: Situation, mailed: Sequence[Mailed], sequence: int, now: datetime) -> list[Draft]:
    """Ask, or tell who was asked what has changed; nothing once the meeting is past, as was told and as it is."""
    asked = requests_to(situation, mailed, situation.address)
    told = asked[-1] if asked and not _is_undone(asked[-1], mailed) else None
    known = told.facts if told else situation.facts
    starts_at = max(instant(situation.facts["starts_at"]), instant(known["starts_at"]))
    if starts_at <= now:
        return []
    changed = known != situation.facts
    topic: Topic = "changes" if _was_ever_asked(situation, mailed) else "invitations"
    return [
        Draft(
            kind="update" if changed else "invitation",
            topic=topic,
            language=situation.language,
            person_id=situation.person_id,
            object_id=situation.meeting_id,
            meeting_id=situation.meeting_id,
            address=situation.address,
            facts=situation.facts,
            before=known if changed else None,
            params=_params(situation, asked, sequence, now),
            revision=situation.revision,
            priority=_priority(starts_at, now) if topic == "changes" else INVITATIONS,
            correlation_id=situation.correlation_id,
            method="REQUEST",
            sequence=sequence,
            muted=situation.muted and topic == "invitations",
            expires_at=starts_at,
        )
    ]


def _was_ever_asked(situation: Situation, mailed: Iterable[Mailed]) -> bool:
    """Whether the person heard of this meeting before, so that whatever follows is a change and cannot be muted."""
    return any(
        email.method == "REQUEST" and email.reached and email.person_id == situation.person_id for email in mailed
    )


def _params(situation: Situation, asked: Sequence[Mailed], sequence: int, now: datetime) -> dict[str, str]:
    """Return what is this person's alone; a SEQUENCE that we raised ourselves is stamped with the present."""
    raised = sequence > situation.sequence
    return {
        "name": situation.name,
        "dtstamp": written(now if raised else situation.dtstamp),
        "last_modified": written(situation.last_modified),
        "partstat": situation.partstat,
        **thread(asked),
    }


def _priority(starts_at: datetime, now: datetime) -> int:
    return URGENT_CHANGES if starts_at - now < URGENT else CHANGES
