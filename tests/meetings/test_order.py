"""However often and in whatever order meetings hears of the network, the same invitations stand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.event import Event
from shared.contracts.meetings import InvitationIssued, InvitationWithdrawn
from shared.messaging.cloudevents import Heard
from tests.meetings.builders import ended, joined, left, series, started
from tests.meetings.conftest import Service

MANDATES = 4


@dataclass(frozen=True)
class History:
    """What happened: how often each member joined or left, each mandate began or ended; and who has which."""

    members: tuple[int, ...]
    mandates: tuple[int, ...]
    organisation_of: tuple[int, ...]
    person_of: tuple[int, ...]

    def events(self, organisations: Sequence[UUID], people: Sequence[UUID]) -> list[Event]:
        """Write the history down, in order."""
        said: list[Event] = []
        for organisation, changes in zip(organisations, self.members, strict=True):
            said += [(joined, left)[n % 2](organisation, version=n + 1) for n in range(changes)]
        for mandate, changes in enumerate(self.mandates):
            identity, organisation = uuid4(), organisations[self.organisation_of[mandate]]
            person = people[self.person_of[mandate]]
            said += [(started, ended)[n % 2](identity, organisation, person, version=n + 1) for n in range(changes)]
        return said

    def in_the_network(self, people: Sequence[UUID]) -> set[UUID]:
        """Say who is in the network at its end; after an odd number of changes something holds."""
        return {
            people[self.person_of[mandate]]
            for mandate, changes in enumerate(self.mandates)
            if changes % 2 and self.members[self.organisation_of[mandate]] % 2
        }


def one_each(choices: st.SearchStrategy[int], count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(choices, min_size=count, max_size=count).map(tuple)


def in_any_order(events: Sequence[Event], luck: Random) -> list[list[Heard[Event]]]:
    """Return each event twice, shuffled, in groups of any size."""
    twice = 2 * [Heard("/membership", str(uuid4()), event) for event in events]
    luck.shuffle(twice)
    ends = sorted(luck.choices(range(len(twice) + 1), k=3))
    return [twice[begin:end] for begin, end in pairwise([0, *ends, len(twice)])]


histories = st.builds(
    History,
    one_each(st.integers(0, 3), 2),
    one_each(st.integers(0, 3), MANDATES),
    one_each(st.integers(0, 1), MANDATES),
    one_each(st.integers(0, 2), MANDATES),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, luck=st.randoms(use_true_random=False))
async def test_the_same_invitations_stand_after_any_order_and_repetition(
    service: Service, history: History, luck: Random
) -> None:
    organisations, people = [uuid4(), uuid4()], [uuid4(), uuid4(), uuid4()]
    groups = in_any_order(history.events(organisations, people), luck)
    if not await service.meetings():
        await service.create(series(horizon_days=80))
        await service.plan()

    for group in groups:
        await service.hear_group(group)

    standing = {person for _, person in await service.standing()}
    assert standing & set(people) == history.in_the_network(people)
    _assert_every_calendar_agrees(await service.said(), history.in_the_network(people))


def _assert_every_calendar_agrees(said: Sequence[Event], in_the_network: set[UUID]) -> None:
    """Whoever applies what was said, by SEQUENCE, ends with an invitation exactly where one stands."""
    told: dict[tuple[UUID, UUID], list[InvitationIssued | InvitationWithdrawn]] = defaultdict(list)
    for event in said:
        assert isinstance(event, InvitationIssued | InvitationWithdrawn)
        told[event.meeting.id, event.person_id].append(event)
    for (_, person), events in told.items():
        assert [event.revision.sequence for event in events] == list(range(len(events)))
        assert [isinstance(event, InvitationIssued) for event in events] == [n % 2 == 0 for n in range(len(events))]
        assert isinstance(events[-1], InvitationIssued) == (person in in_the_network)
