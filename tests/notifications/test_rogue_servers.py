"""A far server misbehaves at every stage and in every way: what it took is what is reported, no more and no less."""

import asyncio
import ssl
from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest

from services.notifications.domain import Outcome
from services.notifications.smtp import Away, Client
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Service
from tests.notifications.handing_over import MESSAGE, SHORT, connection, handed_over, letter
from tests.notifications.rogue_server import ACTS, MAILING, OPENING, Rogue, running
from tests.support.certificates import server_side, write_certificate

VICTIM = "3"
TO_A_MAIL = ("drop", "4xx", "gone", "silence", "garbage")
LETTERS = [letter(number) for number in range(1, 7)]
KINDS: list[tuple[Client, bool]] = [("pipelined", True), ("pipelined", False), ("aiosmtplib", True)]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    write_certificate(path)
    return path


def hoped_for(client: Client, stage: str, act: str) -> Outcome:
    """Return what is to be reported of the victim, but for the words."""
    # aiosmtplib does not say whether DATA failed or the message.
    given = ("mid-body", "end") if client == "pipelined" else ("DATA", "mid-body", "end")
    match act:
        case "4xx":
            return Outcome("deferred", "", fault="session")
        case "5xx":
            return Outcome("refused", "", fault="ours")
        case _:
            return Outcome("lost", "", may_have_arrived=stage in given, fault="session")


@pytest.mark.parametrize(("client", "pipelining"), KINDS)
async def test_what_is_done_to_a_mail_is_reported_of_that_mail_alone(client: Client, pipelining: bool) -> None:
    async def story(stage: str, act: str) -> None:
        async with running(Rogue(stage, act, VICTIM, pipelining, times=2)) as rogue:
            talking = connection(rogue.url, client)
            found = await handed_over(talking, LETTERS)
            first, rogue.times = [address for address, _ in rogue.accepted], 0
            victim = found["p3@by.example"]
            again = [each for each in LETTERS if found[each.recipient].result in ("lost", "deferred")]
            found |= await handed_over(talking, again)
            await talking.close()

        what = f"{act} at {stage}"
        assert Outcome(victim.result, "", victim.may_have_arrived, victim.fault) == hoped_for(client, stage, act), what
        assert sorted(first) == sorted(each.recipient for each in LETTERS if each.recipient != "p3@by.example"), what
        taken = sorted(rogue.accepted)
        assert taken == sorted((to, MESSAGE) for to, outcome in found.items() if outcome.result == "accepted"), what

    async with asyncio.TaskGroup() as stories:
        for stage, act in product(MAILING, ACTS):
            stories.create_task(story(stage, act))


@pytest.mark.parametrize(("client", "pipelining"), KINDS)
async def test_a_connection_that_breaks_between_two_mails_costs_neither_an_attempt(
    client: Client, pipelining: bool
) -> None:
    async def story(stage: str, act: str) -> None:
        async with running(Rogue(stage, act, VICTIM, pipelining)) as rogue:
            talking = connection(rogue.url, client)
            found = await handed_over(talking, LETTERS)
            await talking.close()

        assert {outcome.result for outcome in found.values()} == {"accepted"}, f"{act} at {stage}"
        assert sorted(rogue.accepted) == sorted((each.recipient, MESSAGE) for each in LETTERS), f"{act} at {stage}"
        assert rogue.connections == 2, f"{act} at {stage}"

    async with asyncio.TaskGroup() as stories:
        for stage, act in product(("MAIL", "RCPT"), ("drop", "closing", "garbage")):
            stories.create_task(story(stage, act))


@pytest.mark.parametrize(("client", "pipelining"), KINDS)
async def test_a_server_that_takes_the_rest_of_a_refused_message_for_commands_hurts_no_other_mail(
    client: Client, pipelining: bool
) -> None:
    async with running(Rogue("mid-body", "rude", VICTIM, pipelining)) as rogue:
        talking = connection(rogue.url, client)
        found = await handed_over(talking, LETTERS)
        await talking.close()

    assert [to for to, outcome in found.items() if outcome.result != "accepted"] == ["p3@by.example"]
    assert (found["p3@by.example"].result, len(rogue.accepted)) == ("refused", 5)


@pytest.mark.parametrize(("client", "pipelining"), KINDS)
async def test_what_is_done_before_any_mail_is_reported_of_none(
    client: Client, pipelining: bool, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def story(stage: str, act: str, tls: ssl.SSLContext) -> None:
        async with running(Rogue(stage, act, pipelining=pipelining, tls=tls)) as rogue:
            talking = connection(rogue.url, client)
            with pytest.raises(Away):
                await talking.open()
            found = await handed_over(talking, LETTERS)
            await talking.close()

        what = f"{act} at {stage}"
        assert {outcome.result for outcome in found.values()} == {"accepted"}, what
        assert sorted(rogue.accepted) == sorted((each.recipient, MESSAGE) for each in LETTERS), what

    tls = server_side(certificate)
    async with asyncio.TaskGroup() as stories:
        for stage, act in product(OPENING, ACTS):
            stories.create_task(story(stage, act, tls))


async def test_what_it_took_is_recorded_as_sent_and_all_else_tried_again_or_given_up(service: Service) -> None:
    plans = {
        (stage, f"{stage}-{act}@by.example".lower()): act
        for stage, act in product(("RCPT", "DATA", "mid-body", "end"), TO_A_MAIL)
    }
    story, people = MeetingStory(), {address: uuid4() for _, address in plans}
    await service.hear(*(person_updated(person_id, address) for address, person_id in people.items()))
    await service.hear(*map(story.issued, people.values()))
    service.limits = SHORT

    async with running(Rogue(plans=dict(plans))) as rogue:
        await service.deliver(rogue, within=60)
        at_first = {address for address, _ in rogue.accepted}
        sent_at_first = await addresses(service, "sent")
        service.later(timedelta(hours=1))
        await service.deliver(rogue, within=60)

    gone = {address for (_, address), act in plans.items() if act == "gone"}
    assert at_first == sent_at_first
    assert sorted(address for address, _ in rogue.accepted) == sorted(people.keys() - gone)
    assert (await addresses(service, "sent"), await addresses(service, "failed")) == (people.keys() - gone, gone)


async def addresses(service: Service, state: str) -> set[str]:
    return {email["address"] for email in await service.emails() if email["state"] == state}
