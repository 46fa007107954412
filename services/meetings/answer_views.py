"""What the JSON API takes and shows of answers and places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.web.models import View

from .answers import Answer, Attendance, Capacity, Choice, Places, PlaceState, Said, in_line
from .bodies import Body
from .views import LocalMoment

# Not among them: control characters but line breaks, overrides of the writing direction.
VISIBLE_LINES = r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"

Comment = Annotated[str, Field(max_length=500, pattern=VISIBLE_LINES)]
HowMany = Annotated[int, Field(ge=0, le=100_000)]


class NewAnswer(Body):
    """What one person answers; how they come need only be said of a hybrid meeting."""

    person_id: UUID
    answer: Choice
    attendance: Attendance | None = None
    comment: Comment | None = None
    given_at: AwareDatetime | None = Field(None, description="Now, if not given. An older answer changes nothing.")

    def said(self, now: datetime) -> Said:
        """Return what is said."""
        return Said(self.answer, self.attendance, self.comment or None, self.given_at or now)


class NewCapacity(Body):
    """How many can come; what is not named stays, null is as many as want to."""

    in_person: HowMany | None = None
    online: HowMany | None = None

    def capacity(self, before: Capacity) -> Capacity:
        """Return what is asked for, given what there was."""
        named = self.model_fields_set
        return Capacity(
            in_person=self.in_person if "in_person" in named else before.in_person,
            online=self.online if "online" in named else before.online,
        )


class CapacityView(View):
    """How many can come; null is as many as want to."""

    in_person: int | None
    online: int | None


class AnswerView(View):
    """One person's answer, and its place."""

    person_id: UUID
    name: str | None = None
    answer: Choice = Field(validation_alias="choice")
    attendance: Attendance | None
    comment: str | None
    given_at: LocalMoment
    place_state: PlaceState = Field(validation_alias="place")
    offered_until: LocalMoment | None


class PlacesView(View):
    """One kind of place: how many there are (null: as many as wanted), and who waits, the next first."""

    capacity: int | None
    confirmed: int
    offered: int
    waiting: list[UUID]


class AnswersView(View):
    """Some answers to a meeting in the order in which they were given, and its places.

    `next` is the `after` of those that follow.
    """

    answers: list[AnswerView]
    places: dict[Attendance, PlacesView]
    next: str | None


def shown(
    listed: Sequence[tuple[Answer, str | None]],
    line: Sequence[Answer],
    all_places: Mapping[Attendance, Places],
    more: str | None,
) -> AnswersView:
    """Show some answers with their people's names, and the places with all who wait; `more` is where it goes on."""
    return AnswersView(
        answers=[AnswerView.model_validate(answer).model_copy(update={"name": name}) for answer, name in listed],
        places={
            attendance: PlacesView(
                capacity=places.capacity,
                confirmed=places.confirmed,
                offered=places.offered,
                waiting=[each.person_id for each in in_line(line, attendance)],
            )
            for attendance, places in all_places.items()
        },
        next=more,
    )
