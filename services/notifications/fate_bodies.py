"""What the JSON API is asked of e-mails."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.clock import Clock

from .domain import Kind, State, Topic
from .fates import Act, Selection

LARGEST = 2**63 - 1
EmailId = Annotated[int, Field(ge=1, le=LARGEST)]
# Not among them: control characters, line and paragraph separators, overrides of the writing direction.
ONE_VISIBLE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$"
Who = Annotated[str, Field(min_length=1, max_length=100, pattern=ONE_VISIBLE_LINE)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_VISIBLE_LINE)]


class Body(BaseModel):
    """What is sent to us; a field that we do not know is a mistake of the sender."""

    model_config = ConfigDict(extra="forbid")


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
