"""What the JSON API shows of e-mails."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from shared.web.models import View

from .calendar_part import CalendarPart
from .domain import Kind, Language, Method, State, Topic
from .fates import Left


class EmailFate(View):
    """What became of one e-mail; no name and no address."""

    id: int
    kind: Kind
    topic: Topic
    language: Language
    state: State
    attempts: int
    reply: str | None
    message_id: str
    person_id: UUID | None
    meeting_id: UUID | None
    method: Method | None
    sequence: int | None
    date: datetime
    next_attempt_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    correlation_id: str


class EmailFates(BaseModel):
    """Some e-mails, the newest first; `next` is the `after` of those that follow."""

    emails: list[EmailFate]
    next: str | None


class HandingView(View):
    """One attempt to hand it over, and what the far server answered."""

    at: datetime
    outcome: Literal["accepted", "deferred", "refused", "lost"]
    reply: str


class ResendingView(View):
    """Who had it sent again, when and why."""

    id: UUID
    at: datetime
    who: str
    reason: str


class EmailHistory(EmailFate):
    """What became of one e-mail, attempt by attempt."""

    deliveries: list[HandingView]
    resendings: list[ResendingView]


class ContentView(BaseModel):
    """An e-mail as its reader sees it, with links that lead nowhere."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    calendar: CalendarPart | None


class HourView(View):
    """E-mails queued within an hour, and attempts by their outcome."""

    begins_at: datetime
    queued: int
    accepted: int
    deferred: int
    refused: int
    lost: int


class Hours(BaseModel):
    """The hours up to the present one."""

    hours: list[HourView]


class ResentView(View):
    """What came of one of them; `left` says why it was not sent again."""

    id: int
    left: Left | None


class ResendingDone(BaseModel):
    """What came of each."""

    act: UUID
    emails: list[ResentView]
