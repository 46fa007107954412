"""What the register reports in `intake`: ten messages about each organisation, shuffled, some twice, some broken."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from deploy.local.demo.messages import (
    Message,
    contact_appointed,
    contact_departed,
    organisation_joined,
    organisation_left,
)
from deploy.local.demo.register import Contact, Member

REPORTS = 10
# Those on which no other builds; where these are broken, the others can be taken in all the same.
BREAKABLE = (1, 3, 4, 5, 7, 8, 9)
EVERY_TENTH_LEAVES = 10
ONE_IN_FIVE, ONE_IN_A_HUNDRED, ONE_IN_TEN = 0.2, 0.01, 0.1
SEED = 1
BEGAN = datetime(2025, 1, 6, 8, tzinfo=UTC)
SINCE, ENDED = date(2024, 3, 1), date(2025, 1, 5)
AHEAD = datetime(2999, 1, 1, tzinfo=UTC)

Faults = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Load:
    """The messages as they are published; `broken` tells by id what is wrong with one: the field and our code."""

    messages: list[Message]
    broken: dict[str, Faults]

    @property
    def events(self) -> int:
        """How many messages differ."""
        return len({message.id for message in self.messages})

    @property
    def right(self) -> dict[str, Message]:
        """The messages that are right in themselves, by id."""
        return {message.id: message for message in self.messages if message.id not in self.broken}


def load(events: int, broken: float) -> Load:
    """Report so many messages, such a share of them broken and one in five published twice; the same each time."""
    random = Random(SEED)
    reports = [list(_reports(number)) for number in range(max(1, events // REPORTS))]
    places = [(number, place) for number in range(len(reports)) for place in BREAKABLE]
    faults: dict[str, Faults] = {}
    for way, (number, place) in enumerate(random.sample(places, round(broken * REPORTS * len(reports)))):
        message = reports[number][place]
        reports[number][place], faults[message.id] = WAYS[way % len(WAYS)](message)
    once = [message for told in reports for message in told]
    published = once + random.sample(once, round(ONE_IN_FIVE * len(once)))
    random.shuffle(published)
    return Load(published, faults)


def _reports(number: int) -> Iterator[Message]:
    """Report what becomes of one organisation and its contacts, a minute apart."""
    member, (contact, deputy, chair) = _member(number)
    times = (BEGAN + timedelta(minutes=minute) for minute in range(REPORTS))
    told = (
        organisation_joined(replace(member, contacts=(contact,)), SINCE, next(times)),
        _updated(member, next(times), name=f"Cityforeningen {number}"),
        contact_appointed(member, deputy, SINCE, next(times)),
        _contact_updated(member, replace(contact, name=f"Søren Kjær {number}", language="en"), next(times)),
        _updated(member, next(times), website=f"https://city{number}.example"),
        _contact_updated(member, replace(deputy, email=f"mm@{member.key}.example"), next(times)),
        contact_appointed(member, chair, SINCE, next(times)),
        contact_departed(member, deputy, ENDED, next(times)),
        _contact_updated(member, replace(contact, title="Direktør"), next(times)),
        organisation_left(member, ENDED, next(times))
        if number % EVERY_TENTH_LEAVES == 0
        else _updated(member, next(times), town=f"Byen {number}"),
    )
    for place, message in enumerate(told):
        yield replace(message, id=f"{member.key}-{place}")


def _member(number: int) -> tuple[Member, tuple[Contact, Contact, Contact]]:
    key = f"town-{number:05d}"
    member = Member(key, f"Handelsstandsforeningen {number}", "association", f"By {number}", "259", "Sjælland", ())
    contact = Contact(f"{key}-contact", f"Søren {number}", f"soeren@{key}.example", "contact", "Citychef", "da")
    deputy = Contact(f"{key}-deputy", f"Mette {number}", f"mette@{key}.example", "deputy", "Aktivitetsleder", "da")
    return member, (contact, deputy, Contact(f"{key}-chair", "Åse", f"aase@{key}.example", "chair", "Formand", "da"))


def _updated(member: Member, time: datetime, **news: str) -> Message:
    organisation = {name: value for name, value in asdict(member).items() if name != "contacts"}
    return Message("", "organisation_updated", time, {"organisation": {**organisation, **news}})


def _contact_updated(member: Member, contact: Contact, time: datetime) -> Message:
    return Message("", "contact_updated", time, {"organisation_key": member.key, "contact": asdict(contact)})


# -- what other systems do wrong


def _of_unknown_type(message: Message) -> tuple[Message, Faults]:
    return replace(message, subject="organisation_renamed"), frozenset({("type", "unknown_type")})


def _ahead_of_time(message: Message) -> tuple[Message, Faults]:
    return replace(message, time=AHEAD), frozenset({("time", "time_ahead")})


def _with_a_wrong_value(message: Message) -> tuple[Message, Faults]:
    """Name an unknown municipality (which the database must say), an address that is none, or no date."""
    match message.data:
        case {"organisation": organisation}:
            data: dict[str, Any] = {"organisation": {**organisation, "municipality_code": "000"}}
            fault = ("data.organisation.municipality_code", "unknown_municipality")
        case {"contact": contact}:
            data, fault = {**message.data, "contact": {**contact, "email": "nobody"}}, ("data.contact.email", "email")
        case _:
            data, fault = {**message.data, "on": "soon"}, ("data.on", "date")
    return replace(message, data=data), frozenset({fault})


def _without_a_field(message: Message) -> tuple[Message, Faults]:
    first, *others = message.data
    return replace(message, data={name: message.data[name] for name in others}), frozenset(
        {(f"data.{first}", "missing")}
    )


WAYS = (_of_unknown_type, _ahead_of_time, _with_a_wrong_value, _without_a_field)
