"""Who is not there is written to no more, and others hear of it; until they have another address, or it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.notifications import use_cases
from services.notifications.domain import Attempt, Outcome
from services.notifications.metrics import suppressions_look
from services.notifications.sending.claims import Claims
from services.notifications.suppressions_api import suppressions_api
from shared.web.operator import operator_only
from shared.web.problems import answer_with_problems
from tests.conftest import DatabaseOf
from tests.notifications.builders import (
    MeetingStory,
    mandate_started,
    organisation_joined,
    person_updated,
    system_fell_silent,
)
from tests.notifications.conftest import Service
from tests.notifications.far_server import FarServer
from tests.notifications.operators import TOKEN, command
from tests.notifications.samples import LETTERHEAD, addressed, sample
from tests.support.eventually import eventually

ANNA, BO = "anna@koege.example", "Bo@koege.example"
NOBODY = "550 5.1.1 <bo@koege.example> unknown user"
FULL = "552 5.2.2 mailbox full"


@dataclass
class Koege:
    """Anna and Bo speak for Køge; what is due to them is delivered at a far server that a test has misbehave."""

    service: Service
    server: FarServer
    anna: UUID = field(default_factory=uuid4)
    bo: UUID = field(default_factory=uuid4)

    async def invite(self, person_id: UUID) -> None:
        """Ask somebody to one more meeting, long ahead, and deliver all that is due."""
        story = MeetingStory(starts_at=self.service.now + timedelta(days=200))
        await self.service.hear(story.issued(person_id))
        await self.service.deliver(self.server)
        await self.sweep()

    async def sweep(self) -> None:
        """Do what is done every few seconds."""
        async with self.service.database.transaction() as conn:
            await use_cases.keep_suppressions(conn, LETTERHEAD, self.service.now)

    async def said(self) -> list[dict[str, Any]]:
        """Return what was said of addresses, in order."""
        async with self.service.database.connection() as conn:
            rows = await conn.fetch("SELECT event_type, body FROM outbox ORDER BY seq")
        return [json.loads(row["body"]) for row in rows if row["event_type"].endswith("address_unreachable.v1")]

    async def states(self, address: str) -> list[tuple[str, str, str | None]]:
        """Return (kind, state, reply) of the e-mails to an address, without the welcome, in order."""
        emails = await self.service.emails()
        return [
            (email["kind"], email["state"], email["reply"])
            for email in emails
            if email["address"] == address and email["kind"] != "welcome"
        ]

    async def tell_owner(self, *outcomes: Outcome) -> None:
        """Tell who looks after a system of so many things, a minute apart, and record what came of it."""
        for outcome in outcomes:
            self.service.later(timedelta(minutes=1))
            await self.service.hear(system_fell_silent())
            [email] = await Claims(self.service.database, "sender-1", self.service.clock).take(1)
            async with self.service.database.transaction() as conn:
                attempts = [Attempt(email, self.service.now, outcome, None)]
                await use_cases.record(conn, "sender-1", attempts)
                await use_cases.learn(conn, attempts, LETTERHEAD)

    def refuse(self, reply: str | None) -> None:
        """Have the far server say so of Bo."""
        self.server.at_recipient = lambda address: reply if address.lower() == BO.lower() else None


@pytest.fixture
async def koege(service: Service, server: FarServer) -> Koege:
    story, organisation = Koege(service, server), uuid4()
    await service.hear(
        person_updated(story.anna, ANNA, language="en"),
        person_updated(story.bo, BO, name="Bo Madsen"),
        organisation_joined(organisation),
        mandate_started(story.anna, organisation),
        mandate_started(story.bo, organisation, role="deputy"),
    )
    await service.all_sent()
    return story


@pytest.fixture
async def operator(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    answer_with_problems(app)
    app.include_router(suppressions_api(service.database, operator_only(TOKEN), service.clock))
    transport, headers = httpx.ASGITransport(app), {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://notifications", headers=headers) as client:
        yield client


async def test_nobody_is_there_so_nothing_is_sent_and_those_who_can_mend_it_are_told(koege: Koege) -> None:
    koege.refuse(NOBODY)

    await koege.invite(koege.bo)
    await koege.invite(koege.bo)
    await koege.invite(koege.anna)

    assert await koege.states(BO) == [
        ("invitation", "failed", "550 5.1.1 <(address)> unknown user"),
        ("invitation", "suppressed", "not tried: 550 5.1.1 <(address)> unknown user"),
    ]
    assert koege.server.attempts[BO] == 1
    (event,) = await koege.said()
    assert (event["people"], event["reason"], event["ended_at"], event["version"]) == (
        [str(koege.bo)],
        "no_such_address",
        None,
        1,
    )
    assert event["address_digest"] == sha256(BO.lower().encode()).hexdigest()
    (to_secretariat,) = koege.server.to(LETTERHEAD.reply_to)
    to_anna, invitation = koege.server.to(ANNA)
    assert to_secretariat["Subject"] == "Mails til Bo Madsen når ikke frem"
    assert (to_anna["Subject"], invitation["Subject"][:10]) == ("E-mails to Bo Madsen do not arrive", "Invitation")
    for mail, words in ((to_secretariat, "Til sekretariatet"), (to_anna, "Dear Anna Sørensen")):
        body = mail.get_body(("plain",))
        assert body is not None
        assert all(said in body.get_content() for said in (words, BO, "Køge Handel", "550 5.1.1"))
    assert sorted(koege.server.return_paths)[:2] == ["<>", "<>"]
    assert sorted(koege.server.return_paths)[2].startswith("b+")


async def test_a_new_address_is_written_to_at_once(koege: Koege) -> None:
    koege.refuse(NOBODY)
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)

    await koege.service.hear(person_updated(koege.bo, "bo@ny.example", version=2))
    await koege.service.deliver(koege.server)

    assert [state for _, state, _ in await koege.states(BO)] == ["failed", "obsolete"]
    assert len(koege.server.to("bo@ny.example")) == 2


async def test_whoever_gets_a_suppressed_address_or_is_appointed_with_it_is_told_of_once(koege: Koege) -> None:
    service, ribe, carla, dorte = koege.service, uuid4(), uuid4(), uuid4()
    koege.refuse(NOBODY)
    await koege.invite(koege.bo)
    await service.hear(
        organisation_joined(ribe, "Ribe Handel"),
        person_updated(dorte, "dorte@ribe.example", name="Dorte Friis"),
        mandate_started(dorte, ribe),
    )
    await service.deliver(koege.server)
    welcomes = len(koege.server.to("dorte@ribe.example"))

    appointed = mandate_started(koege.bo, ribe)
    second = mandate_started(carla, ribe, role="deputy")
    changed = person_updated(carla, BO.upper(), name="Carla Lund", version=2)
    changed_again = person_updated(carla, BO, name="Carla Lund", version=3)
    for events in ([appointed], [second, changed], [appointed, changed_again]):
        await service.hear(*events)
        await asyncio.gather(*(koege.sweep() for _ in range(4)))
        await service.deliver(koege.server)

    subjects = [str(mail["Subject"]) for mail in koege.server.to(LETTERHEAD.reply_to)]
    assert subjects == [f"Mails til {name} når ikke frem" for name in ("Bo Madsen", "Bo Madsen", "Carla Lund")]
    body = koege.server.to(LETTERHEAD.reply_to)[1].get_body(("plain",))
    assert body is not None
    assert "Bo Madsen taler for Ribe Handel." in body.get_content()
    assert len(koege.server.to(ANNA)) == 1
    assert [str(mail["Subject"]) for mail in koege.server.to("dorte@ribe.example")[welcomes:]] == subjects[1:]


async def test_an_e_mail_that_arrives_takes_back_what_was_counted_also_of_nobody_we_know(koege: Koege) -> None:
    refused = Outcome("refused", FULL, fault="mailbox")
    accepted = Outcome("accepted", "250 2.0.0 ok")
    await koege.tell_owner(refused, refused, accepted, refused)

    await koege.sweep()

    assert await koege.said() == []


async def test_what_is_our_fault_speaks_against_no_address(koege: Koege) -> None:
    koege.refuse("550 5.7.1 message refused by policy")

    for _ in range(4):
        await koege.invite(koege.bo)

    assert await koege.said() == []
    assert "suppressed" not in {state for _, state, _ in await koege.states(BO)}


async def test_a_full_mailbox_is_left_alone_after_three_e_mails_in_fourteen_days(koege: Koege) -> None:
    koege.refuse(FULL)

    await koege.invite(koege.bo)
    koege.service.later(timedelta(days=15))
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)
    before = await koege.said()
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)

    assert before == []
    (event,) = await koege.said()
    assert (event["reason"], event["people"]) == ("refused_repeatedly", [str(koege.bo)])
    assert [state for _, state, _ in await koege.states(BO)] == ["failed"] * 4 + ["suppressed"]
    assert len(koege.server.to(ANNA)) == len(koege.server.to(LETTERHEAD.reply_to)) == 1


async def test_an_e_mail_that_arrives_takes_back_what_was_counted(koege: Koege) -> None:
    koege.refuse(FULL)
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)
    koege.service.later(timedelta(minutes=1))
    koege.refuse(None)
    await koege.invite(koege.bo)
    koege.service.later(timedelta(minutes=1))
    koege.refuse(FULL)
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)

    assert await koege.said() == []


async def test_a_server_that_lets_us_wait_is_not_counted_while_there_is_hope(koege: Koege) -> None:
    koege.refuse("450 4.2.0 greylisted")

    for _ in range(5):
        await koege.invite(koege.bo)
        koege.service.later(timedelta(hours=1))

    assert await koege.said() == []
    assert {state for _, state, _ in await koege.states(BO)} == {"queued"}


@pytest.mark.parametrize(("reply", "days"), [(NOBODY, 90), (FULL, 30)], ids=["nobody is there", "the mailbox is full"])
async def test_its_time_is_over_so_it_is_tried_again_and_that_is_said(koege: Koege, reply: str, days: int) -> None:
    koege.refuse(reply)
    for _ in range(3):
        await koege.invite(koege.bo)
    koege.refuse(None)

    koege.service.later(timedelta(days=days, minutes=1))
    await koege.sweep()

    began, ended = await koege.said()
    assert began["suppression_id"] == ended["suppression_id"]
    assert (ended["ended_how"], ended["version"]) == ("expired", 2)
    await koege.service.deliver(koege.server)
    assert {state for _, state, _ in await koege.states(BO)} <= {"failed", "sent"}


async def test_no_sender_takes_what_is_queued_for_it_before_that_is_kept_back(koege: Koege) -> None:
    koege.refuse(NOBODY)
    delivery = koege.service.delivery(koege.server)
    await delivery.start()
    try:
        await koege.service.hear(MeetingStory().issued(koege.bo))
        await eventually(koege.said)
        await koege.service.hear(MeetingStory().issued(koege.bo), MeetingStory().issued(koege.anna))
        delivery.wake()
        await eventually(lambda: len(koege.server.to(ANNA)) == 2)
    finally:
        await delivery.stop()

    assert koege.server.attempts[BO] == 1


async def test_an_e_mail_that_was_on_its_way_and_arrives_ends_it(koege: Koege) -> None:
    koege.refuse(NOBODY)
    await koege.invite(koege.bo)
    arrived = Attempt(addressed(sample("invitation"), BO), koege.service.now, Outcome("accepted", "250 2.0.0 ok"), None)

    async with koege.service.database.transaction() as conn:
        await use_cases.learn(conn, [arrived], LETTERHEAD)

    assert [event["ended_how"] for event in await koege.said()] == [None, "delivered"]


async def test_the_operator_lists_explains_and_undoes_it(
    koege: Koege, operator: httpx.AsyncClient, database: DatabaseOf
) -> None:
    koege.refuse(NOBODY)
    await koege.invite(koege.bo)
    await koege.invite(koege.bo)
    koege.refuse(None)

    (listed,) = (await operator.get("/suppressions")).json()["suppressions"]
    told = await command(await database("notifications"), "suppressions", "list")
    undone = await operator.post(f"/suppressions/{listed['id']}/undo")
    again = await operator.post(f"/suppressions/{listed['id']}/undo")
    unknown = await operator.post(f"/suppressions/{uuid4()}/undo")
    await koege.service.deliver(koege.server)

    assert (listed["address"], listed["reason"], listed["waiting"], listed["people"]) == (
        BO.lower(),
        "no_such_address",
        1,
        [str(koege.bo)],
    )
    assert told[0] == 0
    assert f"{BO.lower()}  since 2026-09-01T08:00+00:00  until 2026-11-30T08:00+00:00  nobody is there: 550" in told[1]
    assert told[1].endswith("  1 wait\n")
    assert (undone.status_code, undone.json()["ended_how"], undone.json()["waiting"]) == (200, "undone", 0)
    assert [(one.status_code, one.json()["title"]) for one in (again, unknown)] == [
        (409, "not_suppressed"),
        (404, "not_found"),
    ]
    assert [event["ended_how"] for event in await koege.said()] == [None, "undone"]
    assert [state for _, state, _ in await koege.states(BO)] == ["failed", "sent"]
    assert (await operator.get("/suppressions")).json() == {"suppressions": [], "next": None}
    assert len((await operator.get("/suppressions", params={"in_force": False})).json()["suppressions"]) == 1
    assert (await operator.get("/suppressions", headers={"Authorization": ""})).status_code == 401


async def test_the_operator_undoes_it_on_the_command_line(koege: Koege, database: DatabaseOf) -> None:
    koege.refuse(NOBODY)
    await koege.invite(koege.bo)

    undone = await command(await database("notifications"), "suppressions", "undo", BO)
    again = await command(await database("notifications"), "suppressions", "undo", BO)
    listed = await command(await database("notifications"), "suppressions", "list", "--all")

    assert undone == (0, f"written to again: {BO.lower()}\n")
    assert again == (1, "that address is not suppressed; see: suppressions list\n")
    assert listed[1].endswith(": undone\n")


async def test_a_secretariat_that_is_not_reached_is_not_told_so_by_mail(koege: Koege) -> None:
    koege.server.at_recipient = lambda address: None if address == ANNA else NOBODY

    await koege.invite(koege.bo)

    assert [event["people"] for event in await koege.said()] == [[str(koege.bo)], []]
    assert [kind for kind, _, _ in await koege.states(LETTERHEAD.reply_to)] == ["unreachable"]
    [own] = await suppressions_look(koege.service.database, LETTERHEAD.reply_to)()
    [other] = await suppressions_look(koege.service.database, "another@netvaerk.example")()
    assert (own.well, other.well) == (False, True)
    assert "550 5.1.1" in own.words
    assert other.words.startswith("2; see: ")
