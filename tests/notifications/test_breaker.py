"""A topic is held when the far side keeps saying that we are at fault, and by hand; released, everything goes out."""

import argparse
import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications.commands.held import add_held
from services.notifications.metrics import queue_look
from services.notifications.sending.breaker import is_at_fault
from shared.findings import Finding
from tests.conftest import DatabaseOf
from tests.notifications.builders import MeetingStory, mandate_started, organisation_joined, person_updated
from tests.notifications.conftest import Service
from tests.notifications.far_server import FarServer

SPAM = "550 5.7.1 our policy takes you for a spammer"


def test_one_domain_that_dislikes_us_holds_up_nobody_else() -> None:
    assert not is_at_fault(3, {"one.example": 3})
    assert not is_at_fault(9, {"one.example": 9})
    assert is_at_fault(10, {"one.example": 10})


def test_two_domains_are_believed_sooner() -> None:
    assert not is_at_fault(2, {"one.example": 1, "two.example": 1})
    assert is_at_fault(3, {"one.example": 2, "two.example": 1})


def test_few_among_many_are_no_reason() -> None:
    assert not is_at_fault(200, {"one.example": 10, "two.example": 9})
    assert is_at_fault(200, {"one.example": 10, "two.example": 10})


async def test_what_is_blamed_on_us_stops_its_topic_and_waits_until_that_is_mended(
    service: Service, server: FarServer
) -> None:
    await invite(service, 60)
    await welcome(service, "anna@koege.example")
    server.at_recipient = lambda address: None if address == "anna@koege.example" else SPAM

    await service.deliver(server)
    held, tried = await told(service), len(server.attempts)
    server.at_recipient = lambda address: None
    await service.deliver(server)
    untouched = len(server.accepted)
    await service.release("invitations")
    await service.deliver(server)

    assert Counter(await service.fates()) == {("welcome", "sent"): 1, ("invitation", "sent"): 60}
    assert [finding.subject for finding in held] == ["topic invitations is held"]
    assert SPAM in held[0].words
    assert "60 wait" in held[0].words
    assert tried < 62
    assert untouched == 1
    assert len(server.accepted) == 61


async def test_what_spoke_against_us_before_a_release_is_forgotten(service: Service, server: FarServer) -> None:
    await invite(service, 12)
    server.at_recipient = lambda address: SPAM
    await service.deliver(server)
    await service.release("invitations")
    refused = iter([SPAM])
    server.at_recipient = lambda address: next(refused, None)

    await service.deliver(server)

    assert Counter(await service.fates()) == {("invitation", "failed"): 1, ("invitation", "sent"): 11}
    assert await told(service) == []


async def test_what_was_refused_for_its_readers_sake_in_the_end_does_not_wait(
    service: Service, server: FarServer
) -> None:
    await invite(service, 1)
    server.at_recipient = lambda address: "450 4.7.1 greylisted"
    await service.deliver(server)
    service.later(timedelta(minutes=2))
    await invite(service, 12)
    server.at_recipient = lambda address: "550 5.2.1 disabled" if address == "p0@by.example" else SPAM

    await service.deliver(server)

    assert Counter(await service.fates()) == {("invitation", "failed"): 2, ("invitation", "queued"): 11}


async def test_an_operator_holds_a_topic_and_releases_it(
    service: Service,
    server: FarServer,
    database: DatabaseOf,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", (await database("notifications")).runtime_url)
    await invite(service, 1)

    await command("hold", "invitations", "--reason", "the text is wrong")
    await service.deliver(server)
    with pytest.raises(SystemExit):
        await command("hold", "invitations", "--reason", "another")
    await command("held")
    waiting = list(server.accepted)
    await command("release", "invitations")
    await service.deliver(server)
    with pytest.raises(SystemExit):
        await command("release", "invitations")

    said, refused = capsys.readouterr()
    assert waiting == []
    assert len(server.accepted) == 1
    assert "1 wait  the text is wrong" in said
    assert refused == "invitations is held already\ninvitations is not held\n"


async def invite(service: Service, count: int) -> None:
    """Queue an invitation for each of some people."""
    story, people = MeetingStory(), [uuid4() for _ in range(count)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    await service.hear(*(story.issued(each) for each in people))


async def welcome(service: Service, address: str) -> None:
    """Queue a welcome."""
    person_id, organisation_id = uuid4(), uuid4()
    await service.hear(
        person_updated(person_id, address),
        organisation_joined(organisation_id),
        mandate_started(person_id, organisation_id),
    )


async def told(service: Service) -> list[Finding]:
    """What operators are told that is not well."""
    return [finding for finding in await queue_look(service.database, service.clock)() if not finding.well]


async def command(*words: str) -> None:
    parser = argparse.ArgumentParser()
    add_held(parser.add_subparsers())
    args = parser.parse_args(words)
    await asyncio.to_thread(args.run, args)
