"""The main job: another system reports a membership, and a member finds a meeting in the inbox and the calendar."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pika
import pytest

from shared.clock import local_day
from tests.end_to_end.network import Network
from tests.support.builders import SYSTEM, Message, appointed, contact, departed, joined, left
from tests.support.ical_js import read_with_ical_js
from tests.support.mails import calendars

TOWNS = 12
START = datetime.now(UTC) - timedelta(hours=6)
MONTHLY: dict[str, Any] = {
    "title": "Netværksmøde",
    "recurrence": {"weekday": "thursday", "nth": 2},
    "starts_at": "09:30",
    "minutes": 60,
    "mode": "online",
    "link": "https://moede.handelsbyer.example/netvaerk",
    "horizon_days": 270,
}


def numbered(messages: list[Message]) -> list[Message]:
    """Give messages times that follow each other, and ids of their own."""
    return [replace(message, time=START + timedelta(seconds=number)) for number, message in enumerate(messages)]


def joining(domain: str, count: int) -> list[Message]:
    """Members with one to three contacts each; one person acts for two of them."""
    found = [
        joined(
            f"{domain}-{number}",
            *(
                contact(f"{domain}-{number}-{role}", email=f"{role}@by-{number}.{domain}", role=role)
                for role in ("contact", "deputy", "chair")[: 1 + number % 3]
            ),
        )
        for number in range(count)
    ]
    shared = contact(f"{domain}-0-contact", email=f"contact@by-0.{domain}", role="deputy")
    return [*found, appointed(shared, f"{domain}-1")]


def changing(domain: str) -> list[Message]:
    """One member leaves, and one contact is replaced."""
    successor = contact(f"{domain}-ny", email=f"ny@by-2.{domain}")
    return [
        left(f"{domain}-4"),
        departed(f"{domain}-2-contact", f"{domain}-2"),
        appointed(successor, f"{domain}-2"),
    ]


@pytest.fixture(scope="module")
async def meetings(network: Network) -> list[dict[str, Any]]:
    """The meetings of a monthly series that lie inside its horizon: in winter and in summer time."""
    await network.ask("meetings", "POST", "/series", {**MONTHLY, "from": local_day(START).isoformat()})
    horizon = datetime.now(UTC) + timedelta(days=MONTHLY["horizon_days"])
    planned = (await network.ask("meetings", "GET", "/meetings"))["meetings"]
    return [meeting for meeting in planned if datetime.fromisoformat(meeting["starts_at"]) <= horizon]


def publish_with_pika(url: str, message: Message) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        attributes = {name.replace("ce-", "cloudEvents_"): value for name, value in message.headers.items()}
        properties = pika.BasicProperties(content_type="application/json", delivery_mode=2, headers=attributes)
        channel.basic_publish("upstream", f"{SYSTEM}.anything", message.body, properties, mandatory=True)


async def test_what_pika_publishes_becomes_invitations_that_two_calendars_read_at_the_right_instant(
    network: Network, meetings: list[dict[str, Any]]
) -> None:
    [message] = numbered([joined("pika", contact("pika", email="anna@pika.example", name="Anna Ærø"))])

    await asyncio.to_thread(publish_with_pika, network.broker.url(SYSTEM), message)
    await network.settled(answers=1)

    invitations = [mail for mail in network.mails("@pika.example") if mail.method]
    expected = {meeting["uid"]: datetime.fromisoformat(meeting["starts_at"]) for meeting in meetings}
    assert {mail.uid: mail.entry.starts_at for mail in invitations if mail.entry} == expected
    read = read_with_ical_js([mail.calendar for mail in invitations])
    assert {found["uid"]: datetime.fromtimestamp(found["starts_at"], UTC) for found in read} == expected
    offsets = {start.utcoffset() for start in expected.values()}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}
    assert {start.astimezone(UTC).hour for start in expected.values()} == {7, 8}


async def test_one_correlation_id_leads_from_the_message_to_the_reply_of_the_mail_server(
    network: Network, meetings: list[dict[str, Any]]
) -> None:
    before = len(network.answers)

    await network.publish(numbered([joined("traced", contact("traced", email="anna@traced.example"))]))
    await network.settled(before + 1)

    correlation_id = network.answers[-1]["correlation_id"]
    logged = [json.loads(line) for line in network.log("notifications", "delivery") if correlation_id in line]
    handed_over = {email_id for line in logged for email_id in line["email_ids"]}
    mails = await network.rows(
        "notifications", "SELECT id, state, left(reply, 3) FROM emails WHERE correlation_id = $1", correlation_id
    )
    assert [mail[1:] for mail in mails] == [("sent", "250")] * (1 + len(meetings))
    assert {mail[0] for mail in mails} <= handed_over
    everything = "".join(path.read_text() for path in network.stack.folder.glob("logs/*.log"))
    assert "anna@traced.example" not in everything


async def test_a_town_that_leaves_and_a_contact_that_is_replaced(
    network: Network, meetings: list[dict[str, Any]]
) -> None:
    story = numbered(
        [
            joined("stay", contact("old", email="old@story.example")),
            joined("go", contact("gone", email="gone@story.example")),
            left("go"),
            departed("old", "stay"),
            appointed(contact("new", email="new@story.example"), "stay"),
        ]
    )
    before = len(network.answers)
    await network.publish(story[:2])
    await network.settled(before + 2)

    await network.publish(story[2:])
    await network.settled(before + 5)

    held = calendars(network.mails("@story.example"))
    assert {address: len(entries) for address, entries in held.items()} == {
        "old@story.example": 0,
        "gone@story.example": 0,
        "new@story.example": len(meetings),
    }
    methods = Counter((mail.address, mail.method) for mail in network.mails("@story.example") if mail.method)
    assert methods["gone@story.example", "CANCEL"] == len(meetings)
    assert methods["old@story.example", "CANCEL"] == len(meetings)


async def test_who_is_withdrawn_and_invited_again_sees_the_invitation(
    network: Network, meetings: list[dict[str, Any]]
) -> None:
    story = numbered(
        [
            joined("again", contact("again", email="anna@again.example")),
            departed("again", "again"),
            appointed(contact("again", email="anna@again.example"), "again"),
        ]
    )
    for message in story:
        before = len(network.answers)
        await network.publish([message])
        await network.settled(before + 1)

    mails = [mail for mail in network.mails("@again.example") if mail.uid == meetings[0]["uid"]]
    assert [(mail.method, mail.sequence) for mail in mails] == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


async def test_ten_times_in_order_and_twice_in_any_order_end_as_once(
    network: Network, meetings: list[dict[str, Any]]
) -> None:
    stories = {
        domain: numbered([*joining(domain, TOWNS), *changing(domain)]) for domain in ("once.ex", "ten.ex", "any.ex")
    }
    shuffled = [message for message in stories["any.ex"] for _ in range(2)]
    Random(20261123).shuffle(shuffled)
    before = len(network.answers)

    await network.publish([*stories["once.ex"][:-3], *ten_times(stories["ten.ex"][:-3]), *shuffled])
    await network.settled(before + 11 * len(stories["once.ex"][:-3]) + len(shuffled))
    await network.publish([*stories["once.ex"][-3:], *ten_times(stories["ten.ex"][-3:])])
    await network.settled(before + 11 * len(stories["once.ex"]) + len(shuffled))

    ends = {domain: await end_of(network, domain) for domain in stories}
    assert ends["ten.ex"] == ends["once.ex"]
    assert {**ends["any.ex"], "mails": None} == {**ends["once.ex"], "mails": None}
    assert max(Counter(mail.message_id for mail in network.mails()).values()) == 1


def ten_times(messages: list[Message]) -> list[Message]:
    return [message for message in messages for _ in range(10)]


async def end_of(network: Network, domain: str) -> dict[str, Any]:
    """Return what the services and the readers of one domain hold, with the domain's name taken out."""
    members = await network.rows("membership", "SELECT key, said FROM organisations WHERE key LIKE $1 || '-%'", domain)
    mandates = await network.rows(
        "membership",
        """
        SELECT o.key, p.email, m.role
          FROM mandates AS m
          JOIN organisations AS o ON o.id = m.organisation_id
          JOIN people AS p ON p.id = m.person_id
         WHERE m.said AND p.email LIKE '%.' || $1
        """,
        domain,
    )
    mails = network.mails(domain)
    held = {address: entries for address, entries in calendars(mails).items() if entries}
    return {
        "members": {(key.removeprefix(domain), said) for key, said in members},
        "mandates": {(key.removeprefix(domain), email.removesuffix(domain), role) for key, email, role in mandates},
        "calendars": {address.removesuffix(domain): entries for address, entries in held.items()},
        "welcomed": {
            mail.address.removesuffix(domain) for mail in mails if mail.method is None and held.get(mail.address)
        },
        "mails": Counter((mail.address.removesuffix(domain), mail.method, mail.uid, mail.sequence) for mail in mails),
    }
