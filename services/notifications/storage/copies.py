"""SQL of the copies: what other services have said, newest version only."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.contracts.meetings import (
    AnswerGiven,
    HostAsked,
    InvitationIssued,
    InvitationWithdrawn,
    MeetingCancelled,
    MeetingRescheduled,
    PlaceConfirmed,
    PlaceOffered,
    PlaceState,
)
from shared.contracts.membership import (
    MandateEnded,
    MandateStarted,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    PersonUpdated,
)
from shared.database.pool import Connection

from ..domain import FACTS

AboutMembers = MemberJoined | MemberUpdated | MemberLeft
AboutMandates = MandateStarted | MandateEnded
AboutInvitations = InvitationIssued | InvitationWithdrawn
AboutMeetings = MeetingRescheduled | MeetingCancelled
WithMeeting = AboutInvitations | AboutMeetings | HostAsked
AboutAnswers = AnswerGiven | PlaceOffered | PlaceConfirmed


async def take_turn(conn: Connection) -> None:
    """Wait until no other transaction derives what is due, so that two never miss each other's changes."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('notifications.due', 0))")


async def keep_people(conn: Connection, events: Sequence[PersonUpdated]) -> None:
    """Keep people where that is newer, each in the language that they chose themselves; each at most once."""
    await conn.execute(
        """
        INSERT INTO people AS p (id, name, address, language, version)
        SELECT new.id, new.name, new.address, COALESCE(c.language, new.language), new.version
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[])
            AS new (id, name, address, language, version)
          LEFT JOIN choices AS c ON c.person_id = new.id
            ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, address = excluded.address, language = excluded.language,
               version = excluded.version
         WHERE excluded.version > p.version
        """,
        [event.person.id for event in events],
        [event.person.name for event in events],
        [event.person.email for event in events],
        [event.person.language for event in events],
        [event.version for event in events],
    )


async def readers_of_another_language(conn: Connection, events: Sequence[PersonUpdated]) -> list[UUID]:
    """List the people to whom we write in another language than events say."""
    rows = await conn.fetch(
        """
        SELECT p.id
          FROM people AS p
          JOIN unnest($1::uuid[], $2::text[]) AS new (id, language) USING (id)
         WHERE p.language <> new.language
        """,
        [event.person.id for event in events],
        [event.person.language for event in events],
    )
    return [row["id"] for row in rows]


async def keep_members(conn: Connection, events: Sequence[AboutMembers]) -> None:
    """Keep members where that is newer; each organisation at most once."""
    await conn.execute(
        """
        INSERT INTO members AS m (organisation_id, name, town, active, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::integer[])
            ON CONFLICT (organisation_id) DO UPDATE
           SET name = excluded.name, town = excluded.town, active = excluded.active, version = excluded.version
         WHERE excluded.version > m.version
        """,
        [event.organisation.id for event in events],
        [event.organisation.name for event in events],
        [event.organisation.town for event in events],
        [not isinstance(event, MemberLeft) for event in events],
        [event.version for event in events],
    )


async def keep_mandates(conn: Connection, events: Sequence[AboutMandates]) -> None:
    """Keep mandates where that is newer; each mandate at most once."""
    await conn.execute(
        """
        INSERT INTO mandates AS m (id, organisation_id, person_id, role, starts_on, current, version)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::boolean[], $7::integer[])
            ON CONFLICT (id) DO UPDATE
           SET organisation_id = excluded.organisation_id, person_id = excluded.person_id, role = excluded.role,
               starts_on = excluded.starts_on, current = excluded.current, version = excluded.version
         WHERE excluded.version > m.version
        """,
        [event.mandate.id for event in events],
        [event.mandate.organisation_id for event in events],
        [event.mandate.person_id for event in events],
        [event.mandate.role for event in events],
        [event.mandate.starts_on for event in events],
        [isinstance(event, MandateStarted) for event in events],
        [event.version for event in events],
    )


async def people_of_members(conn: Connection, organisations: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """List who acts for some organisations, as (organisation, person)."""
    rows = await conn.fetch(
        "SELECT organisation_id, person_id FROM mandates WHERE organisation_id = ANY($1::uuid[]) AND current",
        list(organisations),
    )
    return [(row["organisation_id"], row["person_id"]) for row in rows]


async def keep_meetings(conn: Connection, events: Sequence[WithMeeting]) -> None:
    """Keep the meetings that events speak of, where that is newer; each meeting at most once.

    A cancellation counts as newer than anything else that is said of the same version.
    """
    await conn.execute(
        """
        INSERT INTO meetings AS m (id, facts, starts_at, cancelled, reason, version, series_id)
        SELECT *
          FROM unnest($1::uuid[], $2::jsonb[], $3::timestamptz[], $4::boolean[], $5::text[], $6::integer[], $7::uuid[])
            ON CONFLICT (id) DO UPDATE
           SET facts = excluded.facts, starts_at = excluded.starts_at, cancelled = excluded.cancelled,
               reason = excluded.reason, version = excluded.version, series_id = excluded.series_id
         WHERE (excluded.version, excluded.cancelled) > (m.version, m.cancelled)
        """,
        [event.meeting.id for event in events],
        [event.meeting.model_dump_json(include=FACTS) for event in events],
        [event.meeting.starts_at for event in events],
        [isinstance(event, MeetingCancelled) for event in events],
        [event.reason if isinstance(event, MeetingCancelled) else None for event in events],
        [event.meeting.version for event in events],
        [event.meeting.series_id for event in events],
    )


async def keep_revisions(conn: Connection, events: Sequence[AboutMeetings]) -> None:
    """Keep the revisions that meetings themselves were given, where that is higher; each meeting at most once."""
    await conn.execute(
        """
        UPDATE meetings AS m
           SET sequence = new.sequence, dtstamp = new.dtstamp, last_modified = new.last_modified
          FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::timestamptz[])
            AS new (id, sequence, dtstamp, last_modified)
         WHERE m.id = new.id
           AND (m.sequence IS NULL OR new.sequence > m.sequence)
        """,
        [event.meeting.id for event in events],
        [event.revision.sequence for event in events],
        [event.revision.dtstamp for event in events],
        [event.revision.last_modified for event in events],
    )


async def keep_invitations(conn: Connection, events: Sequence[AboutInvitations]) -> None:
    """Keep invitations where that is newer; each meeting and person at most once."""
    await conn.execute(
        """
        INSERT INTO invitations AS i (meeting_id, person_id, standing, sequence, dtstamp, last_modified, version)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::integer[], $5::timestamptz[], $6::timestamptz[],
                      $7::integer[])
            ON CONFLICT (meeting_id, person_id) DO UPDATE
           SET standing = excluded.standing, sequence = excluded.sequence, dtstamp = excluded.dtstamp,
               last_modified = excluded.last_modified, version = excluded.version
         WHERE excluded.version > i.version
        """,
        [event.meeting.id for event in events],
        [event.person_id for event in events],
        [isinstance(event, InvitationIssued) for event in events],
        [event.revision.sequence for event in events],
        [event.revision.dtstamp for event in events],
        [event.revision.last_modified for event in events],
        [event.version for event in events],
    )


async def keep_answers(conn: Connection, events: Sequence[AboutAnswers]) -> None:
    """Keep answers and their places where that is newer; each meeting and person at most once."""
    await conn.execute(
        """
        INSERT INTO answers AS a (meeting_id, person_id, answer, attendance, place_state, offered_until, version)
        SELECT *
          FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::integer[])
            ON CONFLICT (meeting_id, person_id) DO UPDATE
           SET answer = excluded.answer, attendance = excluded.attendance, place_state = excluded.place_state,
               offered_until = excluded.offered_until, version = excluded.version
         WHERE excluded.version > a.version
        """,
        [event.meeting_id for event in events],
        [event.person_id for event in events],
        [event.answer if isinstance(event, AnswerGiven) else "accepted" for event in events],
        [event.attendance for event in events],
        [_place_state(event) for event in events],
        [event.until if isinstance(event, PlaceOffered) else None for event in events],
        [event.version for event in events],
    )


async def keep_places_taken(conn: Connection, events: Sequence[PlaceConfirmed]) -> None:
    """Keep that offered places were taken, also where the answers are newer; each meeting and person at most once."""
    await conn.execute(
        """
        UPDATE answers AS a
           SET taken_version = GREATEST(a.taken_version, t.version)
          FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS t (meeting_id, person_id, version)
         WHERE (a.meeting_id, a.person_id) = (t.meeting_id, t.person_id)
        """,
        [event.meeting_id for event in events],
        [event.person_id for event in events],
        [event.version for event in events],
    )


async def invitations_to(conn: Connection, meetings: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """List the invitations to some meetings, withdrawn ones too, as (meeting, person)."""
    rows = await conn.fetch(
        "SELECT meeting_id, person_id FROM invitations WHERE meeting_id = ANY($1::uuid[])", list(meetings)
    )
    return [(row["meeting_id"], row["person_id"]) for row in rows]


async def invitations_of(conn: Connection, people: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """List the invitations of some people, withdrawn ones too, as (meeting, person)."""
    rows = await conn.fetch(
        "SELECT meeting_id, person_id FROM invitations WHERE person_id = ANY($1::uuid[])", list(people)
    )
    return [(row["meeting_id"], row["person_id"]) for row in rows]


def _place_state(event: AboutAnswers) -> PlaceState:
    match event:
        case AnswerGiven():
            return event.place_state
        case PlaceOffered():
            return "offered"
        case PlaceConfirmed():
            return "confirmed"
