"""Towns that join, change and leave, message by message, and how each is to end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tests.support.builders import Message, appointed, contact, contact_updated, departed, joined, left, updated

MESSAGES_A_TOWN = 8
# So many messages of other towns lie between two of the same.
BETWEEN = 5
START = datetime.now(UTC) - timedelta(hours=6)


@dataclass(frozen=True)
class Town:
    """One member: what is reported of it, and what everybody is to know in the end.

    people: names by address. invited: who of them is to have the meeting in the calendar, once.
    """

    key: str
    messages: Sequence[Message]
    name: str
    active: bool
    people: dict[str, str]
    invited: frozenset[str]


def towns(domain: str, count: int) -> list[Town]:
    """Return towns whose people have addresses in a domain: of each five one leaves, and one loses a contact."""
    return [_town(domain, number) for number in range(count)]


def story(of: Sequence[Town]) -> list[Message]:
    """Return what is reported of some towns as it would come: each of them now and then, in order."""
    placed = sorted(
        (number + BETWEEN * position, number, message)
        for number, town in enumerate(of)
        for position, message in enumerate(town.messages)
    )
    return [replace(message, time=START + timedelta(seconds=second)) for second, (_, _, message) in enumerate(placed)]


def _town(domain: str, number: int) -> Town:
    key = f"{domain}-{number}"
    anna, bo = (contact(f"{key}-{name}", email=f"{name}@by-{number}.{domain}", name=name) for name in ("anna", "bo"))
    leaves, loses = number % 5 == 0, number % 5 == 1
    messages = [
        joined(key, anna, name=f"{key} 1"),
        appointed(bo, key),
        updated(key, name=f"{key} 2"),
        contact_updated({**anna, "name": "Anna Ærø"}, key),
        updated(key, name=f"{key} 3"),
        contact_updated({**bo, "name": "Bo Ås", "title": "Kasserer"}, key),
        departed(bo["key"], key) if loses else updated(key, name=f"{key} 4"),
        left(key) if leaves else updated(key, name=f"{key} 5"),
    ]
    return Town(
        key=key,
        messages=messages,
        name=f"{key} 4" if leaves else f"{key} 5",
        active=not leaves,
        people={anna["email"]: "Anna Ærø", bo["email"]: "Bo Ås"},
        invited=frozenset() if leaves else frozenset({anna["email"]} if loses else {anna["email"], bo["email"]}),
    )
