"""The bodies of the JSON API's requests, and what they ask for."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import to_json

from shared.contracts.upstream import single_line
from shared.web.models import LARGEST, Body

from .edits import Edit
from .quarantine import OPEN, Selection, State

# No text in the database holds NUL.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Who = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(single_line)]
KeptId = Annotated[int, Field(ge=1, le=LARGEST)]
Why = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(single_line)]


class Matching(Body):
    """Which messages are meant: those to which all of this applies."""

    state: State | None = Field(default=None, description="All that are open, if not given.")
    system: Text | None = None
    field: Text | None = Field(default=None, description="Where a fault is; `[]` stands for any position in a list.")
    code: Text | None = Field(default=None, description="What fault it is.")
    older_than: timedelta | None = Field(default=None, ge=timedelta(0), description="ISO 8601, such as PT2H or P7D.")

    def selection(self, now: datetime) -> Selection:
        """Return what is meant."""
        states = (self.state,) if self.state else OPEN
        before = now - self.older_than if self.older_than else None
        return Selection(states, self.system, self.field, self.code, before)


class Listing(Matching):
    """Which messages are listed, and after which of them the page begins."""

    after: str | None = Field(default=None, max_length=500, description="The `next` of the page before.")


class Chosen(Body):
    """Which messages somebody deals with: some by their ids, or all that match."""

    who: Who
    ids: Annotated[list[KeptId], Field(min_length=1, max_length=500)] | None = None
    matching: Matching | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.matching is None):
            raise ValueError("give either `ids` or `matching`")
        return self


class Replay(Chosen):
    """Try messages again."""


class Dismissal(Chosen):
    """Put messages aside."""

    reason: Why


class Decision(Body):
    """Which of what is missing from complete lists somebody decides on."""

    ids: list[KeptId] = Field(min_length=1, max_length=1000)
    who: Who


class Removal(Decision):
    """`on` is the first day without; today, if it is not given."""

    on: date | None = None


class Editing(Body):
    """What somebody would have a message say; `attributes` are those that were missing or wrong."""

    who: Who
    attributes: Mapping[str, str] = {}
    data: Any
    replay: bool = Field(default=False, description="Whether to try the message again at once.")

    def edit(self) -> Edit:
        """Return the edit."""
        return Edit(self.attributes, to_json(self.data).decode())
