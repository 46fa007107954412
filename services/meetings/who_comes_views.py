"""What the JSON API shows of who comes to a meeting, and of who has stayed away."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from pydantic import AliasPath, BeforeValidator, Field

from shared.web.models import View

from .absence import Absence
from .answer_views import AnswerView
from .views import LocalMoment
from .who_comes import Asked, State, by_organisation, counted

PersonId = Annotated[UUID, BeforeValidator(attrgetter("person_id"))]
OrganisationId = Annotated[UUID, BeforeValidator(attrgetter("id"))]


class AskedView(View):
    """A person who is asked, for which organisations, and what they have answered."""

    person_id: UUID
    name: str | None
    organisations: list[OrganisationId]
    state: State
    answer: AnswerView | None


class OrganisationNamedView(View):
    """What an organisation is called, and where it is."""

    organisation_id: UUID = Field(validation_alias=AliasPath("organisation", "id"))
    name: str = Field(validation_alias=AliasPath("organisation", "name"))
    town: str = Field(validation_alias=AliasPath("organisation", "town"))
    region: str | None = Field(validation_alias=AliasPath("organisation", "region"))


class OrganisationAskedView(OrganisationNamedView):
    """An organisation whose people are asked, and how it stands with its coming."""

    state: State
    people: list[PersonId]


class CountsView(View):
    """How many organisations and people are in each state."""

    organisations: dict[State, int]
    people: dict[State, int]


class WhoComesView(View):
    """Who comes to a meeting, by organisation and by person, each by name."""

    counts: CountsView
    organisations: list[OrganisationAskedView]
    people: list[AskedView]


class MissedView(View):
    """A meeting that an organisation did not come to."""

    id: UUID
    title: str
    starts_at: LocalMoment


class AbsenceView(OrganisationNamedView):
    """An organisation that did not come to the last three meetings held of a series, the latest first."""

    series_id: UUID
    meetings: list[MissedView]


class AbsencesView(View):
    """Which members were absent three times running, by series and by name."""

    absent: list[AbsenceView]


def who_comes(people: Sequence[Asked]) -> WhoComesView:
    """Show who comes, given who is asked."""
    organisations = by_organisation(people)
    return WhoComesView(
        counts=CountsView(organisations=counted(organisations), people=counted(people)),
        organisations=[OrganisationAskedView.model_validate(one) for one in organisations],
        people=[AskedView.model_validate(one) for one in people],
    )


def absent(absences: Sequence[Absence]) -> AbsencesView:
    """Show which members were absent three times running."""
    return AbsencesView(absent=[AbsenceView.model_validate(one) for one in absences])
