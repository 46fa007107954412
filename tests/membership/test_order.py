"""In whatever order messages come, and however often, the register ends the same."""

from datetime import date
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.membership.domain import Register
from services.membership.envelope import read
from services.membership.messages import Outcome, Reported
from services.membership.people import People
from tests.membership.conftest import EVENING, delivery
from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    joined,
    left,
    updated,
)

ORGANISATIONS = st.sampled_from(["koege", "ringsted"])
CONTACTS = st.builds(
    contact,
    st.sampled_from(["anna", "bo", "carl"]),
    email=st.sampled_from(["a@by.example", "b@by.example", "c@by.example", "d@by.example"]),
    role=st.sampled_from(["contact", "deputy", "chair"]),
)
DAYS = st.sampled_from(["2026-01-01", "2026-02-01", "2026-12-01"])
LATER = st.one_of(
    st.builds(lambda key, who, day: joined(key, who, since=day), ORGANISATIONS, CONTACTS, DAYS),
    st.builds(lambda key, name: updated(key, name=name), ORGANISATIONS, st.sampled_from(["X", "Y"])),
    st.builds(lambda key, day: left(key, on=day), ORGANISATIONS, DAYS),
    st.builds(lambda who, key, day: appointed(who, key, day), CONTACTS, ORGANISATIONS, DAYS),
    st.builds(contact_updated, CONTACTS, ORGANISATIONS),
    st.builds(lambda who, key, day: departed(who, key, day), st.sampled_from(["anna", "bo"]), ORGANISATIONS, DAYS),
)


def reported(message: Message) -> Reported:
    found = read(delivery(message, EVENING), EVENING)
    assert isinstance(found, Reported)
    return found


def end_of(messages: list[Reported]) -> tuple[Any, ...]:
    """Apply messages, those that come too early again and again, and return what then holds."""
    register = Register(date(2026, 3, 2), People())
    waiting = messages
    while waiting:
        early = [message for message in waiting if register.apply(message) is Outcome.EARLY]
        if len(early) == len(waiting):
            break
        waiting = early
    names = {organisation.id: key for key, organisation in register.organisations.items()}
    people = register.people.people
    return (
        sorted((key, o.said, o.report, o.starts_on, o.ends_on) for key, o in register.organisations.items()),
        sorted(
            (names[m.organisation_id], people[m.person_id].email, m.role, m.ends_on or date.max)
            for m in register.mandates.values()
            if m.said
        ),
        sorted((key, c.email, c.name) for key, c in register.people.contacts.items()),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(LATER, max_size=12), st.randoms(use_true_random=False))
def test_shuffled_and_repeated_messages_end_as_those_in_order(later: list[Message], random: Random) -> None:
    messages = [
        reported(message.at(minutes))
        for minutes, message in enumerate([joined("koege"), joined("ringsted", municipality_code="329"), *later])
    ]
    shuffled = [*messages, *messages]
    random.shuffle(shuffled)

    assert end_of(shuffled) == end_of(messages)


@settings(max_examples=200, deadline=None)
@given(st.lists(LATER, max_size=12))
def test_events_about_one_thing_carry_rising_versions(later: list[Message]) -> None:
    register = Register(date(2026, 3, 2), People())
    versions: dict[object, list[int]] = {}

    for minutes, message in enumerate([joined("koege"), *later]):
        register.apply(reported(message.at(minutes)))
    for event in register.events:
        thing = next(getattr(event, name).id for name in ("organisation", "mandate", "person") if hasattr(event, name))
        versions.setdefault(thing, []).append(event.version)  # type: ignore[attr-defined]

    assert all(earlier < later_one for seen in versions.values() for earlier, later_one in pairwise(seen))
