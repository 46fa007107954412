"""What operators see of e-mails and do to them by the JSON API."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.notifications import storage
from services.notifications.domain import Attempt, Outcome
from services.notifications.metrics import queue_look
from services.notifications.reading import read
from services.notifications.samples import KINDS, LANGUAGES
from services.notifications.sending.claims import Claims
from services.notifications.showing import Viewer
from services.notifications.storage.giving_up import give_up_tried
from services.notifications.suppressions import Refusal
from services.notifications.use_cases import record
from services.notifications.writing.writer import Writer
from tests.conftest import DatabaseOf
from tests.notifications.builders import (
    NOW,
    STARTS_AT,
    CrisisStory,
    MeetingStory,
    mandate_started,
    organisation_joined,
    person_updated,
)
from tests.notifications.conftest import LINKS, Invited, Service
from tests.notifications.operators import caller, web_part
from tests.notifications.samples import LETTERHEAD, sample

WHY = {"who": "Bente Holm", "reason": "Postkassen er tømt"}
REFUSED = Outcome("refused", "550 5.2.2 <(address)> mailbox full")
LINK = re.compile(r"https://post\.netvaerk\.example/[\w/-]+")


@pytest.fixture
async def operator(service: Service, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(web_part(await database("notifications"), service.clock)) as client:
        yield client


async def fail(service: Service, outcome: Outcome = REFUSED) -> None:
    """Have every e-mail that is due refused by the far server."""
    claims = Claims(service.database, "sender-1", service.clock)
    while emails := await claims.take(100):
        async with service.database.transaction() as conn:
            await record(conn, "sender-1", [Attempt(email, service.now, outcome, None) for email in emails])


async def listed(operator: httpx.AsyncClient, **asked: object) -> list[int]:
    answer = await operator.get("/emails", params={name: str(value) for name, value in asked.items()})
    assert answer.status_code == 200, answer.text
    return [email["id"] for email in answer.json()["emails"]]


async def resend(operator: httpx.AsyncClient, **what: Any) -> dict[int, str | None]:
    answer = await operator.post("/emails/resend", json={**WHY, **what})
    assert answer.status_code == 200, answer.text
    return {email["id"]: email["left"] for email in answer.json()["emails"]}


async def test_e_mails_are_found_by_whom_they_are_for_what_they_are_about_and_what_became_of_them(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    bo, ribe = uuid4(), uuid4()
    await fail(service)
    await service.hear(
        organisation_joined(ribe, "Ribe By"), mandate_started(bo, ribe), person_updated(bo, "bo@ribe.example")
    )

    assert await listed(operator) == [3, 2, 1]
    assert await listed(operator, person_id=bo) == [3]
    assert await listed(operator, organisation_id=ribe) == [3]
    assert await listed(operator, meeting_id=invited.story.id) == [2]
    assert await listed(operator, kind="welcome") == [3, 1]
    assert await listed(operator, kind="welcome", topic="invitations") == []
    assert await listed(operator, state="failed") == [2]
    assert await listed(operator, reply="550 5.2.2") == [2]
    assert await listed(operator, reply="250") == []


async def test_a_long_list_comes_page_by_page_with_the_newest_first(
    service: Service, operator: httpx.AsyncClient
) -> None:
    await service.hear(*(person_updated(UUID(int=n), f"p{n}@koege.example") for n in range(1, 251)))
    await service.hear(*(MeetingStory().issued(UUID(int=n)) for n in range(1, 251)))

    pages = [(await operator.get("/emails")).json()]
    while pages[-1]["next"]:
        pages.append((await operator.get("/emails", params={"after": pages[-1]["next"]})).json())

    assert [len(page["emails"]) for page in pages] == [100, 100, 50]
    assert [email["id"] for page in pages for email in page["emails"]] == list(range(250, 0, -1))
    assert (await operator.get("/emails", params={"after": "7"})).status_code == 422


async def test_one_e_mail_is_shown_with_its_attempts_and_no_address(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    await fail(service, Outcome("deferred", "450 4.2.1 too fast"))
    await resend(operator, ids=[2])
    await fail(service)

    shown = (await operator.get("/emails/2")).json()

    assert (shown["state"], shown["kind"], shown["person_id"]) == ("failed", "invitation", str(invited.person_id))
    assert [(one["outcome"], one["reply"]) for one in shown["deliveries"]] == [
        ("deferred", "450 4.2.1 too fast"),
        ("refused", "550 5.2.2 <(address)> mailbox full"),
    ]
    assert [(one["who"], one["reason"]) for one in shown["resendings"]] == [("Bente Holm", "Postkassen er tømt")]
    assert "koege.example" not in str(shown)
    assert (await operator.get("/emails/99")).status_code == 404


# -- looking at a mail


async def test_a_mail_is_shown_as_its_reader_sees_it_and_that_is_logged_without_what_it_says(
    service: Service, invited: Invited, operator: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = (await operator.get("/emails/2/content")).json()

    assert shown["recipient"] == "Anna Sørensen <anna@koege.example>"
    assert shown["subject"] == "Indkaldelse: Netværksmøde, torsdag 22. oktober kl. 9.30"
    assert "Du er indkaldt til Netværksmøde." in shown["text"]
    assert "Du er indkaldt til Netværksmøde." in shown["html"]
    assert (shown["calendar"]["method"], shown["calendar"]["partstat"]) == ("REQUEST", "NEEDS-ACTION")
    assert shown["calendar"]["attendee"] == "anna@koege.example"
    [line] = [line for line in capsys.readouterr().out.splitlines() if "looked at" in line]
    assert "email_id=2" in line
    assert not re.search("Anna|koege|Netværksmøde", line)


def test_whoever_looks_at_a_mail_gets_no_link_that_works() -> None:
    viewer = Viewer(
        LETTERHEAD,
        public_url="https://post.netvaerk.example",
        meetings_url="https://post.netvaerk.example/meetings",
    )
    writer = Writer(LETTERHEAD, LINKS, None)
    for kind in KINDS:
        for language in LANGUAGES:
            sent = read(writer.write(sample(kind, language)))
            shown = viewer.show(sample(kind, language))

            working = set(LINK.findall(sent.text + sent.html))
            pretended = set(LINK.findall(shown.email.text + shown.email.html))
            assert len(pretended) == len(working)
            assert pretended.isdisjoint(working)
            assert "href" not in shown.html


async def test_nobody_looks_without_the_token(operator: httpx.AsyncClient, invited: Invited) -> None:
    operator.headers["Authorization"] = "Bearer guess"

    for path in ("/emails", "/emails/2", "/emails/2/content", "/hours"):
        assert (await operator.get(path)).status_code == 401
    assert (await operator.post("/emails/resend", json={**WHY, "ids": [2]})).status_code == 401


# -- sending again


async def test_failures_alone_are_sent_again_and_why_stays_known(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    await fail(service)
    before = (await service.emails())[1]

    done = await resend(operator, ids=[1, 2])
    again = await resend(operator, ids=[1, 2])

    assert done == {1: "not_failed", 2: None}
    assert again == {1: "not_failed", 2: "not_failed"}
    after = (await service.emails())[1]
    assert await service.fates() == [("welcome", "sent"), ("invitation", "queued")]
    assert (after["message_id"], after["date"], after["attempts"]) == (before["message_id"], before["date"], 0)


async def test_all_that_match_are_sent_again_once_for_one_key(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    bo = uuid4()
    await service.hear(person_updated(bo, "bo@ribe.example"), invited.story.issued(bo))
    await fail(service)
    assert await resend(operator, matching={"state": "sent"}) == {}
    body = {**WHY, "matching": {"reply": "550 5.2", "meeting_id": str(invited.story.id)}}

    answers = [
        await operator.post("/emails/resend", json=body, headers={"Idempotency-Key": "again-1"}) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["emails"] == [{"id": 2, "left": None}, {"id": 3, "left": None}]


async def test_what_is_sent_or_waits_is_never_sent_again(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    for state in ("queued", "sending", "sent", "muted", "obsolete"):
        async with service.database.connection() as conn:
            await conn.execute("UPDATE emails SET state = $1", state)

        assert await resend(operator, ids=[1, 2]) == {1: "not_failed", 2: "not_failed"}
        assert await resend(operator, matching={}) == {}
        assert {kept for _, kept in await service.fates()} == {state}


async def test_what_is_past_is_left(service: Service, invited: Invited, operator: httpx.AsyncClient) -> None:
    await fail(service)
    service.now = STARTS_AT

    assert await resend(operator, matching={}) == {2: "past"}


async def test_what_went_to_an_address_of_before_is_left(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    await fail(service)
    await service.hear(person_updated(invited.person_id, "anna@handel.example", version=2))

    assert await resend(operator, ids=[2]) == {2: "readdressed"}


async def test_what_would_only_wait_is_left(service: Service, invited: Invited, operator: httpx.AsyncClient) -> None:
    await fail(service)
    async with service.database.transaction() as conn:
        refusal = Refusal("anna@koege.example", "no_such_address", "550 5.1.1 nobody", service.now, "refuse")
        await storage.add_suppression(conn, refusal)
    suppressed = await resend(operator, ids=[2])
    async with service.database.transaction() as conn:
        await storage.end_suppressions(conn, [refusal.address], "undone", service.now)
    await service.mute(invited.person_id)
    muted = await resend(operator, ids=[2])
    await service.unmute(invited.person_id)

    assert (suppressed, muted) == ({2: "suppressed"}, {2: "muted"})
    assert await resend(operator, ids=[2]) == {2: None}


async def test_what_the_calendar_got_something_newer_of_is_left(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    await fail(service)
    await service.hear(invited.story.moved(STARTS_AT + timedelta(days=7)).rescheduled())

    assert await resend(operator, ids=[2]) == {2: "overtaken"}
    assert (await service.fates())[1:] == [("invitation", "failed"), ("invitation", "queued")]


async def test_an_update_of_what_was_then_cancelled_is_left(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    await service.all_sent()
    moved = invited.story.moved(STARTS_AT + timedelta(days=7))
    await service.hear(moved.rescheduled())
    await fail(service)
    await service.hear(moved.cancelled())

    assert await resend(operator, ids=[3]) == {3: "overtaken"}


async def test_an_older_notice_of_a_crisis_is_left(service: Service, operator: httpx.AsyncClient) -> None:
    anna = uuid4()
    await service.hear(person_updated(anna))
    crisis = CrisisStory(people=(anna,))
    await service.hear(crisis.started())
    await fail(service)
    await service.hear(crisis.ended())

    assert await resend(operator, ids=[1]) == {1: "overtaken"}


async def test_what_is_so_no_longer_is_not_sent(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    """A reminder that failed, of a meeting that its reader has been withdrawn from since; no CANCEL of nothing goes."""
    await service.all_sent()
    await service.hear(invited.story.reminder())
    await fail(service)
    await service.hear(invited.story.withdrawn(invited.person_id))
    await fail(service)

    assert await resend(operator, matching={"kind": "reminder"}) == {3: "needless"}
    assert (await service.fates())[2:] == [("reminder", "obsolete"), ("cancellation", "failed")]
    assert await resend(operator, matching={"kind": "cancellation"}) == {4: None}


async def test_what_was_given_up_after_two_days_is_tried_for_as_long_again(
    service: Service, invited: Invited, operator: httpx.AsyncClient
) -> None:
    busy = Outcome("deferred", "450 4.2.1 busy")
    [email] = await Claims(service.database, "sender-1", service.clock).take(100)
    async with service.database.transaction() as conn:
        await record(conn, "sender-1", [Attempt(email, service.now, busy, service.now + timedelta(hours=1))])
    service.later(timedelta(hours=49))

    async with service.database.connection() as conn:
        await give_up_tried(conn, service.now - timedelta(hours=48))
        assert await resend(operator, ids=[2]) == {2: None}
        await give_up_tried(conn, service.now - timedelta(hours=48))

    assert (await service.fates())[1] == ("invitation", "queued")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ids": [1]}, "who"),
        ({**WHY, "ids": [1], "matching": {}}, ""),
        ({**WHY}, ""),
        ({**WHY, "ids": []}, "ids"),
        ({**WHY, "reason": "two\nlines", "ids": [1]}, "reason"),
        ({**WHY, "matching": {"status": "failed"}}, "matching.status"),
    ],
)
async def test_a_request_that_makes_no_sense_is_told_which_field_is_wrong(
    operator: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await operator.post("/emails/resend", json=body)

    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json()["faults"]}


# -- holding topics


async def test_a_topic_is_held_and_released(service: Service, invited: Invited, operator: httpx.AsyncClient) -> None:
    held = await operator.post("/topics/invitations/hold", json=WHY)
    twice = await operator.post("/topics/invitations/hold", json=WHY)
    released = await operator.post("/topics/invitations/release")

    [one] = held.json()["held"]
    assert (one["topic"], one["reason"], one["held_by"], one["waiting"]) == (
        *("invitations", "Postkassen er tømt", "Bente Holm", 1),
    )
    assert (twice.status_code, twice.json()["title"]) == (409, "already_held")
    assert released.json() == (await operator.get("/topics")).json() == {"held": []}


# -- counts


async def test_each_hour_is_counted(service: Service, invited: Invited, operator: httpx.AsyncClient) -> None:
    service.later(timedelta(hours=1))
    await fail(service)
    service.later(timedelta(hours=2, minutes=30))

    hours = (await operator.get("/hours", params={"hours": 4})).json()["hours"]

    counted = [(hour["queued"], hour["accepted"], hour["refused"]) for hour in hours]
    assert hours[0]["begins_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert counted == [(2, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)]


async def test_status_says_how_many_could_not_be_delivered_and_what_the_server_said(
    service: Service, invited: Invited
) -> None:
    await fail(service)

    [said, *others] = await queue_look(service.database, service.clock)()

    assert others == []
    assert said.words == "0 wait, 1 are sent, 1 could not be delivered (550 5.2.2: 1)"
