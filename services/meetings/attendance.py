"""The rules of attendance: which organisations came to a meeting, as it is entered after it and corrected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.errors import Conflict, Invalid

from .answers import Attendance, NoSuchAttendance, attendance_at
from .domain import Meeting, MeetingIsCancelled, Mode
from .network import Organisation


class MeetingHasNotBegun(Conflict):
    """Nobody has come yet to what is still to come."""

    code = "meeting_has_not_begun"


class UnknownOrganisation(Invalid):
    """Only what is or was a member comes."""

    code = "unknown_organisation"


@dataclass(frozen=True, slots=True)
class Entered:
    """What is entered of one organisation: it came, in person or online, or it did not."""

    organisation_id: UUID
    came: bool
    attendance: Attendance | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What was entered of an organisation at a meeting, by whom and when; no attendance means that it did not come.

    The one with the highest `version` holds; those below are what it was before.
    """

    meeting_id: UUID
    organisation_id: UUID
    version: int
    attendance: Attendance | None
    who: str
    entered_at: datetime

    @property
    def came(self) -> bool:
        """Whether the organisation came."""
        return self.attendance is not None


@dataclass(frozen=True, slots=True)
class Came:
    """An organisation that came to a meeting, and how."""

    meeting_id: UUID
    organisation: Organisation
    attendance: Attendance


def check_begun(meeting: Meeting, now: datetime) -> None:
    """Refuse attendance at what has not been held; raise MeetingIsCancelled, MeetingHasNotBegun."""
    if meeting.status == "cancelled":
        raise MeetingIsCancelled("nobody came: the meeting was cancelled")
    if meeting.starts_at > now:
        raise MeetingHasNotBegun("attendance is entered once the meeting has begun")


def check_known(entered: Sequence[Entered], known: Collection[UUID]) -> None:
    """Refuse what neither is a member nor was one; raise UnknownOrganisation."""
    for position, one in enumerate(entered):
        if one.organisation_id not in known:
            raise UnknownOrganisation(
                "no member has this id, now or before", field=f"organisations.{position}.organisation_id"
            )


def new_entries(
    meeting: Meeting, entered: Sequence[Entered], before: Mapping[UUID, Entry], who: str, now: datetime
) -> list[Entry]:
    """Return what is new of what is entered, by organisation at most once, given what was entered `before`.

    Raises:
        AttendanceIsMissing, NoSuchAttendance
    """
    entries = []
    for position, one in enumerate(entered):
        attendance = _attendance(meeting.mode, one, f"organisations.{position}.attendance")
        last = before.get(one.organisation_id)
        if last is None or last.attendance != attendance:
            version = last.version + 1 if last else 1
            entries.append(Entry(meeting.id, one.organisation_id, version, attendance, who, now))
    return entries


def _attendance(mode: Mode, entered: Entered, field: str) -> Attendance | None:
    if entered.came:
        return attendance_at(mode, entered.attendance, field)
    if entered.attendance:
        raise NoSuchAttendance("who did not come was there neither in person nor online", field=field)
    return None
