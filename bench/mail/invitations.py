"""A meeting and the invitations to it that wait, put there by the use cases that hear of them in earnest."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from deploy.local.services import MAIL_DOMAIN
from services.notifications import use_cases
from shared.contracts.meetings import InvitationIssued, Meeting, MeetingRescheduled, Revision
from shared.contracts.membership import Person, PersonUpdated
from shared.database.pool import Database, opened

GROUP = 1_000
CORRELATION = "bench"
NOTICE, LENGTH = timedelta(weeks=5), timedelta(hours=1)
MOVED_BY = timedelta(hours=1)


@dataclass(frozen=True)
class Gathering:
    """A meeting that so many people are asked to, one in ten of them in English."""

    people: int
    meeting_id: UUID
    planned_at: datetime

    async def queue_invitations(self, database_url: str) -> None:
        """Have notifications, whose role the address names, hear of everybody and of their invitations."""
        async with opened(database_url) as database:
            for start in range(0, self.people, GROUP):
                await self._queue(database, range(start, min(start + GROUP, self.people)))

    def move(self) -> MeetingRescheduled:
        """Return what meetings says when it is then moved by an hour."""
        return MeetingRescheduled(
            correlation_id=CORRELATION,
            meeting=self._meeting(version=2, later=MOVED_BY),
            previously_starts_at=self._meeting(version=1).starts_at,
            revision=self._revision(sequence=1),
        )

    async def _queue(self, database: Database, numbers: range) -> None:
        now = datetime.now(UTC)
        people = [_person(number) for number in numbers]
        meeting, revision = self._meeting(version=1), self._revision(sequence=0)
        async with database.transaction() as conn:
            known = [PersonUpdated(correlation_id=CORRELATION, person=person, version=1) for person in people]
            await use_cases.keep_people(conn, known, mail_domain=MAIL_DOMAIN, now=now)
            asked = [
                InvitationIssued(
                    correlation_id=CORRELATION,
                    invitation_id=uuid4(),
                    person_id=person.id,
                    meeting=meeting,
                    revision=revision,
                    version=1,
                )
                for person in people
            ]
            await use_cases.keep_meetings(conn, invitations=asked, changes=[], mail_domain=MAIL_DOMAIN, now=now)

    def _meeting(self, *, version: int, later: timedelta = timedelta()) -> Meeting:
        starts_at = self.planned_at + NOTICE + later
        return Meeting(
            id=self.meeting_id,
            series_id=UUID(int=1),
            uid=f"{self.meeting_id}@{MAIL_DOMAIN}",
            title="Netværksmøde: julehandel, gågader og parkering",
            mode="hybrid",
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
            host_town="Ærøskøbing",
            place="Rådhuset, store sal på 1. sal, Torvet 1, 5970 Ærøskøbing",
            link="https://moede.handelsbyer.example/netvaerk",
            version=version,
        )

    def _revision(self, *, sequence: int) -> Revision:
        return Revision(sequence=sequence, dtstamp=self.planned_at, last_modified=self.planned_at)


def gathering(people: int) -> Gathering:
    """Plan a meeting weeks ahead."""
    return Gathering(people, uuid4(), datetime.now(UTC).replace(minute=0, second=0, microsecond=0))


def _person(number: int) -> Person:
    return Person(
        id=UUID(int=number + 1),
        name=f"Søren Ærøskøbing {number:06d}",
        email=f"p{number:06d}@town.example",
        language="en" if number % 10 == 9 else "da",
    )
