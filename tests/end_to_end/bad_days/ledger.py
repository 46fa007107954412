"""The ledger of a bad day: what was reported, beside what everybody knows and was mailed in the end."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tests.end_to_end.bad_days.network import BadDayNetwork
from tests.end_to_end.bad_days.story import Town
from tests.support.mails import Mail, calendars

ACCEPTED = "upstream.message_accepted.v1"
HEARERS = ("meetings", "notifications")
OUR_NAMES = """
    SELECT id, key FROM organisations WHERE key = ANY($1::text[])
     UNION ALL
    SELECT id, email FROM people WHERE email = ANY($2::text[])
"""
MEMBERS = {
    "membership": "SELECT id, name, said, version FROM organisations",
    "meetings": "SELECT id, name, active, version FROM members",
    "notifications": "SELECT organisation_id, name, active, version FROM members",
}
MANDATES = {
    "membership": "SELECT person_id, id, said, version FROM mandates",
    "meetings": "SELECT person_id, id, current, version FROM mandates",
    "notifications": "SELECT person_id, id, current, version FROM mandates",
}

# One a connection of the sender: a mail that the far server accepted, with nobody left to say so or to note it.
MOST_REPEATED = 4

# What a service knows, by whom or what it is about; None: a member that left.
Knowledge = dict[str, tuple[object, ...] | None]


@dataclass(frozen=True)
class Ledger:
    """What went wrong, a line each. `repeated`: mails that came once more, with the same Message-ID."""

    lost: list[str]
    twice: list[str]
    repeated: list[str]


def in_numbers(found: Ledger) -> str:
    """Return how many lines there are of each sort."""
    return f"{len(found.lost)} lost, {len(found.twice)} twice, {len(found.repeated)} mailed again"


async def draw_up(network: BadDayNetwork, towns: Sequence[Town]) -> Ledger:
    """Draw up the ledger of some towns, once all has settled."""
    keys, addresses = [town.key for town in towns], [address for town in towns for address in town.people]
    names = dict(await network.rows("membership", OUR_NAMES, keys, addresses))
    known = {service: await _knowledge(network, service, names) for service in MEMBERS}
    mails = [mail for mail in network.mails() if mail.address in addresses]
    return Ledger(
        lost=[
            *(f"no answer to {message}" for message in network.confirmed.keys() - network.answered.keys()),
            *(f"{count} wait in {queue}" for queue, count in (await network.left_over()).items()),
            *(line for service in MEMBERS for line in _unknown(service, known[service], towns)),
            *(line for service in HEARERS for line in _outdated(service, known[service], known["membership"])),
            *(line for town in towns for line in _not_mailed(town, mails)),
        ],
        twice=[
            *_applied_twice(network, known["membership"], towns),
            *await _invited_twice(network, names),
            *_mailed_twice(mails),
        ],
        repeated=[mail for mail, times in Counter(mail.message_id for mail in mails).items() for _ in range(1, times)],
    )


async def _knowledge(network: BadDayNetwork, service: str, names: Mapping[UUID, str]) -> Knowledge:
    members = await network.rows(service, MEMBERS[service])
    people = await network.rows(service, "SELECT id, name, version FROM people")
    mandates = await network.rows(service, MANDATES[service])
    return {
        **{names[id_]: (name, version) if active else None for id_, name, active, version in members if id_ in names},
        **{names[id_]: (name, version) for id_, name, version in people if id_ in names},
        **{f"mandate {id_}": (names[person], *facts) for person, id_, *facts in mandates if person in names},
    }


def _unknown(service: str, known: Knowledge, towns: Sequence[Town]) -> Iterator[str]:
    """Name the members and people of whom a service does not know the newest."""
    for town in towns:
        named = {town.key: town.name if town.active else None, **town.people}
        for about, name in named.items():
            facts = known.get(about, ("nothing",))
            if name != (facts and facts[0]):
                yield f"{service} knows {facts} of {about}, and not {name}"


def _outdated(service: str, known: Knowledge, truth: Knowledge) -> Iterator[str]:
    """Name what a service knows in another version than membership."""
    for about in truth.keys() | known.keys():
        if truth.get(about) != known.get(about):
            yield f"{service} knows {known.get(about)} of {about}, and membership {truth.get(about)}"


def _not_mailed(town: Town, mails: Sequence[Mail]) -> Iterator[str]:
    """Name who misses a welcome, or has another calendar than is right."""
    held = calendars(mails)
    for address in town.people:
        entries = len(held.get(address, {}))
        if entries != (address in town.invited):
            yield f"{address} has {entries} meetings in the calendar"
        if address in town.invited and not any(mail.address == address and not mail.method for mail in mails):
            yield f"{address} was not welcomed"


def _applied_twice(network: BadDayNetwork, known: Knowledge, towns: Sequence[Town]) -> Iterator[str]:
    """Name the members that changed more or less often than by each accepted message about them once."""
    accepted = {answer["message_id"] for answer in network.answers if answer["type"] == ACCEPTED}
    for town in towns:
        changes = sum("organisation" in message.type and message.id in accepted for message in town.messages)
        facts = known.get(town.key)
        if facts and facts[1] != changes:
            yield f"{town.key} has version {facts[1]} after {changes} changes"


async def _invited_twice(network: BadDayNetwork, names: Mapping[UUID, str]) -> list[str]:
    """Name whose invitation stands after more than the first word about it."""
    query = "SELECT person_id, version FROM invitations WHERE standing AND version > 1"
    return [
        f"{names[person]} was invited {version} times"
        for person, version in await network.rows("meetings", query)
        if person in names
    ]


def _mailed_twice(mails: Sequence[Mail]) -> Iterator[str]:
    """Name who was mailed two welcomes, or two invitations, that are not the same mail once more."""
    different = {(mail.message_id, mail.address, mail.method) for mail in mails if mail.method != "CANCEL"}
    counted = Counter((address, method or "WELCOME") for _, address, method in different)
    return (f"{address} got {times} mails {what}" for (address, what), times in counted.items() if times > 1)
