"""Who comes to a meeting, by person and by organisation, as far as they have answered."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal, get_args
from uuid import UUID

from .answers import Answer
from .network import Organisation

# The first of its people's is an organisation's.
State = Literal["accepted", "waiting", "tentative", "unanswered", "declined"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Asked:
    """A person who is asked to a meeting, the organisations that they act for, and their answer where there is one."""

    person_id: UUID
    name: str | None
    organisations: tuple[Organisation, ...]
    answer: Answer | None

    @property
    def state(self) -> State:
        """How it stands with the person's coming; who let an offered place pass is as if they had not answered."""
        match self.answer:
            case Answer(choice="accepted", place="confirmed"):
                return "accepted"
            case Answer(choice="accepted", place="waiting" | "offered"):
                return "waiting"
            case Answer(choice="tentative"):
                return "tentative"
            case Answer(choice="declined"):
                return "declined"
        return "unanswered"


@dataclass(frozen=True, slots=True)
class SoFar:
    """How many people are asked to a meeting, and what they have answered so far."""

    asked: int
    accepted: int
    waiting: int
    tentative: int
    declined: int

    @property
    def unanswered(self) -> int:
        """How many have not answered, or let an offered place pass."""
        return self.asked - self.accepted - self.waiting - self.tentative - self.declined


@dataclass(frozen=True, slots=True)
class OrganisationAsked:
    """An organisation whose people are asked to a meeting."""

    organisation: Organisation
    people: tuple[Asked, ...]

    @property
    def state(self) -> State:
        """How it stands with its coming: one is enough who comes, and it declines only once all its people have."""
        return min((asked.state for asked in self.people), key=STATES.index)


def by_organisation(people: Iterable[Asked]) -> list[OrganisationAsked]:
    """List whose people are asked, by name; who acts for two is asked for both."""
    pairs = [(organisation, asked) for asked in people for organisation in asked.organisations]
    pairs.sort(key=lambda pair: (pair[0].name, pair[0].id))
    return [
        OrganisationAsked(organisation, tuple(asked for _, asked in of_this_one))
        for organisation, of_this_one in groupby(pairs, key=lambda pair: pair[0])
    ]


def counted(asked: Sequence[Asked] | Sequence[OrganisationAsked]) -> dict[State, int]:
    """Count people or organisations by state; every state is named."""
    counts = Counter(map(attrgetter("state"), asked))
    return {state: counts[state] for state in STATES}
