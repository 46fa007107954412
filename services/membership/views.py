"""What the JSON API and the command line show of the quarantine."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from shared.contracts.upstream import Fault
from shared.web.models import View

from .edits import editable, opened
from .lines import in_text
from .messages import Kept
from .quarantine import State


class HeadlineView(View):
    """A message in quarantine without what it says."""

    id: int
    state: State
    system: str
    source: str | None
    message_id: str | None
    message_type: str | None
    faults: tuple[Fault, ...]
    times: int
    received_at: datetime
    last_received_at: datetime
    settled_at: datetime | None
    edited: bool


class ReasonView(View):
    """How many open messages of a system have the same fault at the same place."""

    system: str
    field: str
    code: str
    messages: int


class QuarantineView(View):
    """Some of the messages that were asked for, how many there are in all, and why the open ones are here.

    `next` is the `after` of those that follow.
    """

    messages: list[HeadlineView]
    found: int
    reasons: list[ReasonView]
    next: str | None


class HappenedView(View):
    """Something that was done to a message, or came about by itself: then nobody did it."""

    at: datetime
    what: str
    who: str | None
    note: str | None
    faults: tuple[Fault, ...]


class AsItCame(View):
    """A message as the broker handed it over; octets that are no text are shown as escapes."""

    routing_key: str
    content_type: str | None
    headers: Mapping[str, Any]
    body: str


class MessageView(View):
    """A message in quarantine: what it says as it stands, which attributes may be edited, and as it came."""

    id: int
    state: str
    system: str
    received_at: datetime
    times: int
    faults: tuple[Fault, ...]
    attributes: Mapping[str, Any]
    data: str
    edited: bool
    editable: tuple[str, ...]
    as_it_came: AsItCame
    history: list[HappenedView] = Field(default_factory=list)

    @classmethod
    def of(cls, kept: Kept, now: datetime) -> Self:
        """Show a message without its history."""
        came, stands = kept.delivery, opened(kept.standing)
        return cls(
            id=kept.id,
            state=kept.state,
            system=came.system,
            received_at=came.received_at,
            times=kept.times,
            faults=kept.faults,
            attributes=stands.attributes,
            data=in_text(stands.data),
            edited=kept.edited is not None,
            editable=editable(came, now),
            as_it_came=AsItCame(
                routing_key=came.routing_key,
                content_type=came.content_type,
                headers=came.headers,
                body=in_text(came.body),
            ),
        )


class TriedView(View):
    """What came of one message: an outcome, or why not."""

    id: int
    outcome: str | None
    note: str | None
    faults: tuple[Fault, ...]


class ActView(View):
    """What came of an act, message by message; the history of each names the same act."""

    act: UUID
    tried: list[TriedView]
