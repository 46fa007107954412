"""What the JSON API shows of meetings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AliasPath, Field

from shared.clock import COPENHAGEN
from shared.web.models import View

from .domain import Mode, Status

LocalMoment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(COPENHAGEN))]


class MeetingView(View):
    """A meeting; its times carry Copenhagen's offset, `invited` counts the invitations that stand.

    `crisis_id` is the crisis that it belongs to, `paused_by` the one for which it is cancelled until that is over.
    """

    id: UUID
    series_id: UUID
    title: str
    starts_at: LocalMoment
    ends_at: LocalMoment
    mode: Mode
    place: str | None
    address: str | None
    host_town: str | None
    link: str | None
    agenda: str | None
    status: Status
    reason: str | None
    changed_by_hand: bool
    crisis_id: UUID | None
    paused_by: UUID | None
    uid: str
    sequence: int = Field(validation_alias=AliasPath("revision", "sequence"))
    invited: int = 0


class MeetingsView(View):
    """Some meetings, the earliest first; `next` is the `after` of those that follow."""

    meetings: list[MeetingView]
    next: str | None
