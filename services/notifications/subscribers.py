"""What notifications hears from membership and meetings, and the use case that each leads to."""

from collections.abc import Sequence

from shared.clock import Clock
from shared.contracts.event import Event
from shared.contracts.meetings import (
    AnswerGiven,
    CrisisEnded,
    CrisisExtended,
    CrisisStarted,
    CrisisUndone,
    HostAsked,
    InvitationIssued,
    InvitationWithdrawn,
    MeetingCancelled,
    MeetingRescheduled,
    PlaceConfirmed,
    PlaceOffered,
    ReminderDue,
)
from shared.contracts.membership import (
    MandateEnded,
    MandateStarted,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    PersonUpdated,
    SystemFellSilent,
    SystemFlooded,
)
from shared.database.pool import Connection
from shared.messaging.inbox import Inbox

from . import use_cases
from .crises import AboutCrises
from .notices import AboutSystems
from .storage import (
    AboutAnswers,
    AboutInvitations,
    AboutMandates,
    AboutMeetings,
    AboutMembers,
)


def subscribe(inbox: Inbox, mail_domain: str, now: Clock) -> None:
    """Register every subscriber of notifications."""

    @inbox.hears(PersonUpdated)
    async def on_person_updated(conn: Connection, events: Sequence[PersonUpdated]) -> None:
        """Keep what people are called and how they are reached; mail them what waited for that."""
        await use_cases.keep_people(conn, events, mail_domain=mail_domain, now=now())

    @inbox.hears(MemberJoined, MemberUpdated, MemberLeft)
    async def on_member_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Keep who is a member; welcome who acts for it."""
        await use_cases.keep_members(
            conn, [event for event in events if isinstance(event, AboutMembers)], mail_domain=mail_domain, now=now()
        )

    @inbox.hears(MandateStarted, MandateEnded)
    async def on_mandate_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Keep who acts for whom; welcome whoever does so for the first time."""
        await use_cases.keep_mandates(
            conn, [event for event in events if isinstance(event, AboutMandates)], mail_domain=mail_domain, now=now()
        )

    @inbox.hears(SystemFellSilent, SystemFlooded)
    async def on_system_out_of_step(conn: Connection, events: Sequence[Event]) -> None:
        """Tell who looks after a system that it is silent, or sends more than it may."""
        await use_cases.tell_owners(
            conn, [event for event in events if isinstance(event, AboutSystems)], mail_domain=mail_domain, now=now()
        )

    @inbox.hears(CrisisStarted, CrisisExtended, CrisisEnded, CrisisUndone)
    async def on_crisis_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Tell everybody of a crisis: its plan, what it came to, or that it was a mistake."""
        await use_cases.tell_of_crises(
            conn, [event for event in events if isinstance(event, AboutCrises)], mail_domain=mail_domain, now=now()
        )

    # Before what is mailed of meetings, so that a mail says what was answered just before.
    @inbox.hears(AnswerGiven, PlaceOffered, PlaceConfirmed)
    async def on_answer_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Keep what people have answered, and which places came of it; mail who waited of an offer and of its place."""
        await use_cases.keep_answers(
            conn, [event for event in events if isinstance(event, AboutAnswers)], mail_domain=mail_domain, now=now()
        )

    # Together, so that who is withdrawn and invited again, or invited to what is cancelled, gets no mail in between.
    @inbox.hears(InvitationIssued, InvitationWithdrawn, MeetingRescheduled, MeetingCancelled)
    async def on_meeting_changed(conn: Connection, events: Sequence[Event]) -> None:
        """Keep meetings and who is asked to them; mail invitations, updates and cancellations."""
        await use_cases.keep_meetings(
            conn,
            invitations=[event for event in events if isinstance(event, AboutInvitations)],
            changes=[event for event in events if isinstance(event, AboutMeetings)],
            mail_domain=mail_domain,
            now=now(),
        )

    # After what happened to meetings, so that nobody is asked to host what was cancelled in the same group.
    @inbox.hears(HostAsked)
    async def on_host_asked(conn: Connection, events: Sequence[HostAsked]) -> None:
        """Ask the people of a town to host a meeting."""
        await use_cases.ask_hosts(conn, events, mail_domain=mail_domain, now=now())

    # Last, so that nobody is reminded who has answered or whose meeting was moved in the same group.
    @inbox.hears(ReminderDue)
    async def on_reminder_due(conn: Connection, events: Sequence[ReminderDue]) -> None:
        """Remind who has not answered."""
        await use_cases.remind(conn, events, mail_domain=mail_domain, now=now())
