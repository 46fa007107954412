"""Which organisations came to a meeting is entered and corrected; those that stay away for long are found."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shared.database.pool import Connection

from .. import absence, attendance, storage
from ..absence import Absence
from ..attendance import Entered


async def enter_attendance(
    conn: Connection, meeting_id: UUID, entered: Sequence[Entered], *, who: str, now: datetime
) -> None:
    """Keep which organisations came, each named at most once; those not named stay, the same once more adds nothing.

    Raises:
        NotFound, MeetingIsCancelled, MeetingHasNotBegun, UnknownOrganisation, AttendanceIsMissing, NoSuchAttendance
    """
    meeting = await storage.lock_meeting(conn, meeting_id)
    attendance.check_begun(meeting, now)
    known = await storage.known_organisations(conn, [one.organisation_id for one in entered])
    attendance.check_known(entered, known)
    before = await storage.latest_entries(conn, meeting_id)
    await storage.add_entries(conn, attendance.new_entries(meeting, entered, before, who, now))


async def list_absent(conn: Connection, today: date) -> list[Absence]:
    """List the members that did not come to the last three meetings held of a series that still meets."""
    held = await storage.meetings_held(conn, absence.TIMES_RUNNING, today)
    return absence.absences(held, await storage.active_organisations(conn))
