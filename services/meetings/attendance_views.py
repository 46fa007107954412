"""What the JSON API takes and shows of attendance."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Annotated
from uuid import UUID

from pydantic import Field, field_validator

from shared.web.models import ONE_VISIBLE_LINE, View

from .answers import Attendance
from .attendance import Entered, Entry
from .bodies import Body
from .network import Organisation
from .views import LocalMoment

Who = Annotated[str, Field(min_length=1, max_length=100, pattern=ONE_VISIBLE_LINE, description="Who enters it.")]


class EnteredBody(Body):
    """One organisation; how it came need only be said of a hybrid meeting."""

    organisation_id: UUID
    came: bool
    attendance: Attendance | None = None


class NewAttendance(Body):
    """Which organisations came to a meeting and which did not; those not named stay as they were entered."""

    who: Who
    organisations: list[EnteredBody] = Field(min_length=1, max_length=1000)

    @field_validator("organisations")
    @classmethod
    def _each_once(cls, organisations: list[EnteredBody]) -> list[EnteredBody]:
        if len({one.organisation_id for one in organisations}) < len(organisations):
            raise ValueError("names an organisation twice")
        return organisations

    def entered(self) -> list[Entered]:
        """Return what is entered."""
        return [Entered(one.organisation_id, one.came, one.attendance) for one in self.organisations]


class EntryView(View):
    """What was entered of an organisation, by whom and when."""

    came: bool
    attendance: Attendance | None
    who: str
    entered_at: LocalMoment


class AttendedView(EntryView):
    """What holds of an organisation, and what was entered `before`, the latest first."""

    organisation_id: UUID
    name: str
    town: str
    region: str | None
    before: list[EntryView]


class AttendanceView(View):
    """What was entered of the organisations at a meeting, by name."""

    organisations: list[AttendedView]


def shown(entries: Sequence[tuple[Organisation, Entry]]) -> AttendanceView:
    """Show all that was entered at a meeting, given by organisation, the latest first."""
    return AttendanceView(
        organisations=[
            _attended(organisation, [entry for _, entry in of_this_one])
            for organisation, of_this_one in groupby(entries, key=itemgetter(0))
        ]
    )


def _attended(organisation: Organisation, entries: Sequence[Entry]) -> AttendedView:
    holds, *before = (EntryView.model_validate(entry) for entry in entries)
    return AttendedView(
        organisation_id=organisation.id,
        name=organisation.name,
        town=organisation.town,
        region=organisation.region,
        before=before,
        **dict(holds),
    )
