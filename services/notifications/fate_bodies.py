"""What the JSON API is asked of e-mails."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.clock import Clock
from shared.web.models import LARGEST, ONE_VISIBLE_LINE, Body

from .domain import Kind, State, Topic
from .fates import Act, Selection

EmailId = Annotated[int, Field(ge=1, le=LARGEST)]
Who = Annotated[str, Field(min_length=1, max_length=100, pattern=ONE_VISIBLE_LINE)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_VISIBLE_LINE)]


class Matching(Body):
    """Which e-mails are meant: those to which all of this applies."""

    state: State | None = None
    kind: Kind | None = None
    topic: Topic | None = None
    person_id: UUID | None = None
    organisation_id: UUID | None = Field(default=None, description="Whoever acts or acted for it.")
    meeting_id: UUID | None = None
    reply: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="What the mail server's last reply begins with.",
    )
    act: UUID | None = Field(default=None, description="By which they were sent again.")

    def selection(self) -> Selection:
        """Return what is meant."""
        return Selection(**self.model_dump(include=set(Matching.model_fields)))


class Listing(Matching):
    """Which e-mails are listed, and after which of them the page begins."""

    after: str | None = Field(default=None, max_length=500, description="The `next` of the page before.")


class Resending(Body):
    """Which failures are sent again: some by their ids, or all that match; who asks for it, and why."""

    who: Who
    reason: Reason
    ids: Annotated[list[EmailId], Field(min_length=1, max_length=500)] | None = None
    matching: Matching | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.matching is None):
            raise ValueError("give either `ids` or `matching`")
        return self

    def act(self, now: Clock) -> Act:
        """Return what is asked for now."""
        return Act(self.who, self.reason, now())


class Holding(Body):
    """Who holds a topic, and why."""

    who: Who
    reason: Reason
