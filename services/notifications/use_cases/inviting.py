"""Calendars are told of meetings, and who waited for a place what came of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.meetings import PlaceConfirmed
from shared.database.pool import Connection
from shared.messaging.inbox import newest

from .. import storage
from ..domain import Draft
from ..due import due
from ..places import OF_PLACES, about_place
from ..storage import AboutAnswers, AboutInvitations, AboutMeetings, Touched
from .hosting import mail_hosts_of
from .newest import highest_revisions, newest_meetings
from .queueing import queue


async def keep_meetings(
    conn: Connection,
    *,
    invitations: Sequence[AboutInvitations],
    changes: Sequence[AboutMeetings],
    mail_domain: str,
    now: datetime,
) -> None:
    """Keep meetings and who is asked to them, and mail what follows."""
    await storage.take_turn(conn)
    await storage.keep_meetings(conn, newest_meetings([*invitations, *changes]))
    await storage.keep_revisions(conn, highest_revisions(changes))
    await storage.keep_invitations(conn, newest(invitations, lambda event: (event.meeting.id, event.person_id)))
    changed = {event.meeting.id: event.correlation_id for event in changes}
    touched = {(meeting, person): changed[meeting] for meeting, person in await storage.invitations_to(conn, changed)}
    touched |= {(event.meeting.id, event.person_id): event.correlation_id for event in invitations}
    await mail(conn, touched, mail_domain, now)
    await mail_hosts_of(conn, [*invitations, *changes], mail_domain, now)


async def keep_answers(conn: Connection, events: Sequence[AboutAnswers], *, mail_domain: str, now: datetime) -> None:
    """Keep what people have answered and which places came of it, and mail who waited of an offer and of a place."""
    await storage.take_turn(conn)
    await storage.keep_answers(conn, newest(events, _answer))
    taken = [event for event in events if isinstance(event, PlaceConfirmed)]
    await storage.keep_places_taken(conn, newest(taken, _answer))
    touched = {(event.meeting_id, event.person_id): event.correlation_id for event in events}
    await mail(conn, touched, mail_domain, now)


async def mail(conn: Connection, touched: Touched, mail_domain: str, now: datetime) -> None:
    """Queue what is due about some invitations, and take back what is due no longer."""
    if not touched:
        return
    waiting = await storage.hold(conn, touched)
    history = await storage.history(conn, touched)
    obsolete: list[int] = []
    drafts: list[Draft] = []
    for situation in await storage.situations(conn, touched):
        mailed = history.get((situation.meeting_id, situation.person_id), [])
        stale, new = due(situation, mailed, now)
        obsolete += stale
        drafts += [*new, *about_place(situation, mailed, new, now)]
    await storage.mark_obsolete(conn, obsolete)
    if "reminder" in waiting:
        await storage.drop_reminders(conn, touched)
    if not waiting.isdisjoint(OF_PLACES):
        await storage.drop_place_mails(conn, touched, [draft.dedupe for draft in drafts if draft.kind in OF_PLACES])
    await queue(conn, drafts, mail_domain, now)


def _answer(event: AboutAnswers) -> tuple[UUID, UUID]:
    """Return whose answer to which meeting an event is about."""
    return event.meeting_id, event.person_id
