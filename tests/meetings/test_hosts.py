"""Who hosts next is fair: regions alternate, whoever waits longest comes first, and nobody is passed over for ever."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.domain import Change
from services.meetings.hosts import Candidate, Hosted, Town, TownIsExcluded, UnknownTown, candidates, chosen, hosted_by
from tests.meetings.builders import MONDAY_NOON, UID_DOMAIN, series

KOEGE, RIBE, SKIVE, RINGSTED = (
    Town(name, region)
    for name, region in (
        ("Køge", "Sjælland"),
        ("Ribe", "Syddanmark"),
        ("Skive", "Midtjylland"),
        ("Ringsted", "Sjælland"),
    )
)
TOWNS = [KOEGE, RIBE, SKIVE, RINGSTED]
REGIONS = ("Hovedstaden", "Midtjylland", "Nordjylland", "Sjælland", "Syddanmark")

networks = st.lists(st.sampled_from(REGIONS), min_size=1, max_size=12).map(
    lambda regions: [Town(f"By {number}", region) for number, region in enumerate(regions)]
)
MANY_MEETINGS = 40


def day(number: int) -> datetime:
    return datetime(2026, 3, 1, 9, 0, tzinfo=UTC) + timedelta(days=90 * number)


def hosted(town: Town, number: int) -> Hosted:
    return Hosted(town.name, town.region, day(number))


def names(found: list[Candidate]) -> list[str]:
    return [candidate.town for candidate in found]


def played(towns: list[Town], meetings: int) -> list[Town]:
    """Have each meeting hosted by the town that is proposed, and return who hosted."""
    known = {town.name: town for town in towns}
    history: list[Hosted] = []
    for number in range(meetings):
        first, *_ = candidates(towns, history, (), day(number))
        history.append(hosted(known[first.town], number))
    return [known[one.town] for one in history]


def test_where_nobody_has_hosted_the_order_is_that_of_names() -> None:
    found = candidates(TOWNS, [], (), day(0))

    assert found == [Candidate(town.name, town.region, True, None) for town in (KOEGE, RIBE, RINGSTED, SKIVE)]


def test_who_never_hosted_comes_before_who_did_and_then_who_did_longest_ago() -> None:
    history = [hosted(SKIVE, 0), hosted(RIBE, 1), hosted(Town("Kolding", None), 2)]

    found = candidates(TOWNS, history, (), day(3))

    assert names(found) == ["Køge", "Ringsted", "Skive", "Ribe"]
    assert [candidate.last_hosted for candidate in found] == [None, None, day(0), day(1)]


def test_a_region_waits_while_it_hosts_the_meeting_before_or_after() -> None:
    history = [hosted(RIBE, 0), hosted(KOEGE, 2), hosted(SKIVE, 4)]

    before, between, after = (candidates(TOWNS, history, (), day(number)) for number in (1, 3, 5))

    assert names(before) == ["Skive", "Ringsted", "Ribe", "Køge"]
    assert names(between) == ["Ribe", "Ringsted", "Køge", "Skive"]
    assert names(after) == ["Ringsted", "Ribe", "Køge", "Skive"]
    assert [candidate.alternates for candidate in before] == [True, False, False, False]


def test_of_those_who_never_hosted_the_region_comes_first_that_waits_longest() -> None:
    history = [hosted(Town("Viborg", "Midtjylland"), 0), hosted(Town("Kolding", "Syddanmark"), 1), hosted(KOEGE, 2)]

    assert names(candidates(TOWNS, history, (), day(3))) == ["Skive", "Ribe", "Ringsted", "Køge"]


def test_a_meeting_that_is_to_be_hosted_already_counts() -> None:
    assert names(candidates([KOEGE, RIBE], [hosted(KOEGE, 9), hosted(RIBE, 1)], (), day(5))) == ["Ribe", "Køge"]
    assert names(candidates([KOEGE, RINGSTED], [hosted(KOEGE, 9)], (), day(5))) == ["Ringsted", "Køge"]


def test_two_towns_of_no_known_region_alternate() -> None:
    nowhere = [Town("Aa", None), Town("Bb", None)]

    assert all(candidate.alternates for candidate in candidates(nowhere, [hosted(nowhere[0], 0)], (), day(1)))


def test_towns_whose_region_is_not_known_are_not_taken_to_lie_in_one() -> None:
    aars, ega = Town("Aars", None), Town("Egå", None)
    history = [hosted(RIBE, 0), hosted(aars, 1), hosted(SKIVE, 2), hosted(KOEGE, 3)]

    assert names(candidates([Town("Varde", "Syddanmark"), ega], history, (), day(4))) == ["Egå", "Varde"]


def test_another_place_in_the_same_town_does_not_keep_the_address_of_the_one_before() -> None:
    planned, *_ = series(mode="physical", place="Rådhuset", address="Torvet 1", host_town="køge").unplanned_meetings(
        MONDAY_NOON, UID_DOMAIN
    )

    assert hosted_by(planned, KOEGE, None, None) == Change(host_town="Køge", place="Rådhuset", address="Torvet 1")
    assert hosted_by(planned, KOEGE, "Rådhuset", "Torvet 2") == Change(
        host_town="Køge", place="Rådhuset", address="Torvet 2"
    )
    assert hosted_by(planned, KOEGE, "Biblioteket", None) == Change(host_town="Køge", place="Biblioteket", address=None)


def test_an_excluded_town_is_left_out_and_cannot_be_chosen() -> None:
    assert names(candidates(TOWNS, [], ["køge", "Ribe"], day(0))) == ["Ringsted", "Skive"]
    assert chosen("skive", TOWNS, ["Køge"]) == SKIVE
    with pytest.raises(TownIsExcluded):
        chosen("Køge", TOWNS, ["Køge"])
    with pytest.raises(UnknownTown):
        chosen("Kolding", TOWNS, [])


@given(networks)
def test_two_meetings_running_are_never_in_one_region_where_there_is_another(towns: list[Town]) -> None:
    hosts = played(towns, MANY_MEETINGS)

    regions = [town.region for town in hosts]
    if len({town.region for town in towns}) > 1:
        assert all(here != there for here, there in pairwise(regions))


@given(networks)
def test_nobody_waits_for_more_than_twice_as_many_meetings_as_there_are_towns(towns: list[Town]) -> None:
    hosts = played(towns, MANY_MEETINGS)

    for first in range(MANY_MEETINGS - 2 * len(towns) + 1):
        assert set(hosts[first : first + 2 * len(towns)]) == set(towns)


@given(st.integers(1, 5), st.integers(1, 4))
def test_where_regions_have_as_many_towns_each_everybody_hosts_once_before_anybody_does_twice(
    regions: int, towns_each: int
) -> None:
    towns = [Town(f"By {region}-{number}", region) for region in REGIONS[:regions] for number in range(towns_each)]

    hosts = played(towns, 2 * len(towns))

    assert set(hosts[: len(towns)]) == set(hosts[len(towns) :]) == set(towns)
