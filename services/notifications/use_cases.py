"""What notifications does: keeps copies, queues the e-mails that they call for, and lets people choose."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shared.clock import local_day
from shared.contracts.meetings import HostAsked, MeetingCancelled, PlaceConfirmed, ReminderDue
from shared.contracts.membership import PersonUpdated
from shared.database.pool import Connection
from shared.messaging.inbox import newest

from . import storage
from .crises import AboutCrises, ToTell, mail
from .domain import Attempt, Draft, Topic
from .due import due, welcome
from .hosts import about_hosting
from .notices import AboutSystems, notice
from .places import OF_PLACES, about_place
from .reminders import last_due, reminder
from .storage import AboutAnswers, AboutInvitations, AboutMandates, AboutMeetings, AboutMembers, Touched, WithMeeting


async def keep_people(conn: Connection, events: Sequence[PersonUpdated], *, mail_domain: str, now: datetime) -> None:
    """Keep who people are and how they are reached, and mail them what waited for that."""
    await storage.take_turn(conn)
    await storage.keep_people(conn, newest(events, lambda event: event.person.id))
    people = {event.person.id: event.correlation_id for event in events}
    await storage.readdress_welcomes(conn, people, now)
    await _welcome(conn, people, mail_domain, now)
    await _tell(conn, await storage.crises_to_tell(conn, people, local_day(now)), mail_domain, now)
    invitations = await storage.invitations_of(conn, people)
    await _mail(conn, {(meeting, person): people[person] for meeting, person in invitations}, mail_domain, now)
    await _mail_hosts_among(conn, people, mail_domain, now)


async def keep_members(conn: Connection, events: Sequence[AboutMembers], *, mail_domain: str, now: datetime) -> None:
    """Keep who is a member, and welcome who acts for one that was not known yet."""
    await storage.take_turn(conn)
    await storage.keep_members(conn, newest(events, lambda event: event.organisation.id))
    members = {event.organisation.id: event.correlation_id for event in events}
    acting = await storage.people_of_members(conn, members)
    people = {person: members[organisation] for organisation, person in acting}
    await _welcome(conn, people, mail_domain, now)
    await _mail_hosts_among(conn, people, mail_domain, now)


async def keep_mandates(conn: Connection, events: Sequence[AboutMandates], *, mail_domain: str, now: datetime) -> None:
    """Keep who acts for whom, and welcome whoever does so for the first time."""
    await storage.take_turn(conn)
    await storage.keep_mandates(conn, newest(events, lambda event: event.mandate.id))
    people = {event.mandate.person_id: event.correlation_id for event in events}
    await _welcome(conn, people, mail_domain, now)
    await _mail_hosts_among(conn, people, mail_domain, now)


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
    await storage.keep_meetings(conn, _newest_meetings([*invitations, *changes]))
    await storage.keep_revisions(conn, _highest_revisions(changes))
    await storage.keep_invitations(conn, newest(invitations, lambda event: (event.meeting.id, event.person_id)))
    changed = {event.meeting.id: event.correlation_id for event in changes}
    touched = {(meeting, person): changed[meeting] for meeting, person in await storage.invitations_to(conn, changed)}
    touched |= {(event.meeting.id, event.person_id): event.correlation_id for event in invitations}
    await _mail(conn, touched, mail_domain, now)
    await _mail_hosts_of(conn, [*invitations, *changes], mail_domain, now)


async def ask_hosts(conn: Connection, events: Sequence[HostAsked], *, mail_domain: str, now: datetime) -> None:
    """Keep who is asked to host a meeting, and ask them."""
    await storage.take_turn(conn)
    await storage.keep_meetings(conn, _newest_meetings(events))
    await storage.keep_hosts(conn, events)
    await _mail_hosts_of(conn, events, mail_domain, now)


async def keep_answers(conn: Connection, events: Sequence[AboutAnswers], *, mail_domain: str, now: datetime) -> None:
    """Keep what people have answered and which places came of it, and mail who waited of an offer and of a place."""
    await storage.take_turn(conn)
    await storage.keep_answers(conn, newest(events, _answer))
    taken = [event for event in events if isinstance(event, PlaceConfirmed)]
    await storage.keep_places_taken(conn, newest(taken, _answer))
    touched = {(event.meeting_id, event.person_id): event.correlation_id for event in events}
    await _mail(conn, touched, mail_domain, now)


async def remind(conn: Connection, events: Sequence[ReminderDue], *, mail_domain: str, now: datetime) -> None:
    """Remind who has not answered of meetings that are still to come; of each, the reminder that was due last."""
    await storage.take_turn(conn)
    for event in last_due(event for event in events if event.meeting.starts_at > now):
        await storage.drop_older_reminders(conn, event)
        people = await storage.unanswered(conn, event)
        await _queue(conn, [reminder(event, person) for person in people], mail_domain, now)


async def tell_of_crises(conn: Connection, events: Sequence[AboutCrises], *, mail_domain: str, now: datetime) -> None:
    """Keep what was said last of each crisis, and mail it to everybody once."""
    await storage.take_turn(conn)
    newest_of_each = _newest_of_crises(events)
    newer = await storage.keep_crises(conn, newest_of_each)
    # First, so that no sender takes any of it after it was looked up who had been told.
    await storage.drop_crisis_mails(conn, newer)
    for event in newest_of_each:
        if event.crisis.id in newer:
            await storage.keep_crisis_people(conn, event)
    await _tell(conn, await storage.people_to_tell(conn, newer), mail_domain, now)


async def tell_owners(conn: Connection, events: Sequence[AboutSystems], *, mail_domain: str, now: datetime) -> None:
    """Mail who looks after a system what is out of step with it, once an episode."""
    await storage.take_turn(conn)
    await _queue(conn, [notice(event) for event in events], mail_domain, now)


async def mute(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Mail a person nothing more about a topic, what waits included; any number of times."""
    await storage.mute(conn, person_id, topic, now)
    await storage.hold_muted(conn)


async def unmute(conn: Connection, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Mail a person about a topic again, also what was kept back and is still to come."""
    await storage.unmute(conn, person_id, topic)
    await storage.release_muted(conn, person_id, topic, now)


async def record(conn: Connection, sender: str, attempts: Sequence[Attempt]) -> None:
    """Record what became of e-mails that a sender tried to hand over."""
    await storage.record(conn, sender, attempts)
    await storage.add_deliveries(conn, sender, attempts)
    missed = [attempt.email.id for attempt in attempts if not attempt.outcome.may_have_arrived]
    if missed:
        await storage.drop_cancellations_of_nothing(conn, missed)


async def sweep(conn: Connection, now: datetime) -> None:
    """Take over what dead senders left, keep back what was muted meanwhile, give up what is past."""
    await storage.take_back(conn, now)
    await storage.hold_muted(conn)
    await storage.give_up_expired(conn, now)


async def _welcome(conn: Connection, people: Mapping[UUID, str], mail_domain: str, now: datetime) -> None:
    """Welcome who is to be welcomed of some people, each with the correlation id of what happened to it."""
    newcomers = await storage.newcomers(conn, people)
    await _queue(conn, [welcome(each, people[each.person_id]) for each in newcomers], mail_domain, now)


async def _mail(conn: Connection, touched: Touched, mail_domain: str, now: datetime) -> None:
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
    await _queue(conn, drafts, mail_domain, now)


async def _mail_hosts_of(conn: Connection, events: Iterable[WithMeeting], mail_domain: str, now: datetime) -> None:
    """Queue what is due to who was asked to host the meetings that events speak of."""
    heard = {event.meeting.id: event.correlation_id for event in events}
    hosts = await storage.asked_to_host(conn, meetings=heard)
    await _mail_hosts(conn, {(meeting, person): heard[meeting] for meeting, person in hosts}, mail_domain, now)


async def _mail_hosts_among(conn: Connection, people: Mapping[UUID, str], mail_domain: str, now: datetime) -> None:
    """Queue and take back what is due of hosting to some people, each with what brought that about."""
    hosts = await storage.asked_to_host(conn, people=people)
    await _mail_hosts(conn, {(meeting, person): people[person] for meeting, person in hosts}, mail_domain, now)


async def _mail_hosts(conn: Connection, touched: Touched, mail_domain: str, now: datetime) -> None:
    """Queue what is due to who was asked to host, and take back what is due no longer."""
    if not touched:
        return
    mailed = await storage.told_of_hosting(conn, touched)
    obsolete: list[int] = []
    drafts: list[Draft] = []
    for host in await storage.hosts(conn, touched):
        stale, new = about_hosting(host, mailed.get((host.meeting_id, host.person_id), []), now)
        obsolete += stale
        drafts += new
    await storage.mark_obsolete(conn, obsolete)
    await _queue(conn, drafts, mail_domain, now)


async def _queue(conn: Connection, drafts: Sequence[Draft], mail_domain: str, now: datetime) -> None:
    if drafts:
        frames = await storage.keep_frames(conn, drafts)
        if offers := [(draft, frame) for draft, frame in zip(drafts, frames, strict=True) if draft.kind == "offer"]:
            await storage.renew_offers(conn, offers)
        await storage.add_emails(conn, drafts, frames, mail_domain=mail_domain, now=now)


async def _tell(conn: Connection, people: Sequence[ToTell], mail_domain: str, now: datetime) -> None:
    await _queue(conn, [mail(told) for told in people], mail_domain, now)


def _newest_of_crises(events: Sequence[AboutCrises]) -> list[AboutCrises]:
    by_version = sorted(events, key=lambda event: event.crisis.version)
    return list({event.crisis.id: event for event in by_version}.values())


def _newest_meetings(events: Iterable[WithMeeting]) -> list[WithMeeting]:
    """Keep, of each meeting, the event that knows most: of equal versions the cancellation."""
    by_age = sorted(events, key=lambda event: (event.meeting.version, isinstance(event, MeetingCancelled)))
    return list({event.meeting.id: event for event in by_age}.values())


def _answer(event: AboutAnswers) -> tuple[UUID, UUID]:
    """Return whose answer to which meeting an event is about."""
    return event.meeting_id, event.person_id


def _highest_revisions(events: Iterable[AboutMeetings]) -> list[AboutMeetings]:
    by_sequence = sorted(events, key=lambda event: event.revision.sequence)
    return list({event.meeting.id: event for event in by_sequence}.values())
