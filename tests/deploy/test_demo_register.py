"""The register of the demo, and what it publishes."""

from collections import Counter
from datetime import UTC, date, datetime

from deploy.local.demo import messages
from deploy.local.demo.register import members, successor
from services.membership.envelope import read
from services.membership.messages import Delivery, Reported

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def test_sixty_towns_have_one_to_three_contacts_each_and_every_one_can_be_told_apart() -> None:
    towns = members()

    addresses = Counter(contact.email for member in towns for contact in member.contacts)

    assert len({member.key for member in towns}) == 60
    assert {len(member.contacts) for member in towns} == {1, 2, 3}
    assert all(address.isascii() and address.endswith(".example") for address in addresses)
    assert {"da", "en"} == {contact.language for member in towns for contact in member.contacts}


def test_one_person_acts_for_two_towns() -> None:
    towns_of = Counter(contact.email for member in members() for contact in member.contacts)

    assert [number for number in towns_of.values() if number > 1] == [2]


def test_the_register_is_the_same_at_every_run() -> None:
    assert members() == members()


def test_the_platform_can_read_every_message() -> None:
    koege, *_ = members()
    told = [
        *(messages.organisation_joined(member, TODAY, NOW) for member in members()),
        messages.organisation_left(koege, TODAY, NOW),
        messages.contact_departed(koege, koege.contacts[0], TODAY, NOW),
        messages.contact_appointed(koege, successor(koege), TODAY, NOW),
    ]

    read_back = [
        read(Delivery(message.routing_key, "application/json", message.headers, message.body, NOW), NOW)
        for message in told
    ]

    assert all(isinstance(found, Reported) for found in read_back)
    assert len({message.id for message in told}) == len(told)
