"""Senders come, go, crash and share one queue, and no e-mail is lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.notifications import delivery as delivery_module
from services.notifications import storage
from services.notifications.sending.claims import Claims
from services.notifications.situations import Situation
from services.notifications.storage import FrameFacts, Touched
from shared.database.pool import Connection
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer
from tests.notifications.test_pipelining import serving
from tests.support.databases import Databases
from tests.support.eventually import eventually

ANNA = "anna@koege.example"


async def test_a_restarted_sender_repeats_what_it_had_in_hand_at_once(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await crash_with_the_mail_in_hand(service, "sender-1")

    await service.deliver(server)

    (message,) = server.to(ANNA)
    _, invitation = await service.emails()
    assert (message["Message-ID"], message["Date"].datetime) == (invitation["message_id"], invitation["date"])
    assert (invitation["state"], invitation["attempts"]) == ("sent", 2)


async def test_another_sender_waits_for_the_lease_of_a_dead_one(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await crash_with_the_mail_in_hand(service, "sender-2")
    delivery = service.delivery(server, "sender-1")
    await delivery.start()
    await asyncio.sleep(0.5)
    assert server.accepted == []
    await delivery.stop()

    service.later(timedelta(minutes=16))
    await service.deliver(server)

    assert len(server.to(ANNA)) == 1


async def test_a_second_process_of_the_same_name_stands_back(
    service: Service, invited: Invited, server: FarServer
) -> None:
    first, second = service.delivery(server, "same"), service.delivery(server, "same")
    await first.start()
    await eventually(service.nothing_due)
    await second.start()

    async def is_refused() -> bool:
        return await second.trouble() == "another process sends under the name same: set SENDER"

    await eventually(is_refused)
    await second.stop()
    await first.stop()
    assert len(server.accepted) == 1


async def test_a_sender_that_has_lost_its_name_begins_nothing_until_it_has_it_again(
    service: Service, server: FarServer, databases: Databases
) -> None:
    story, people = MeetingStory(), [uuid4() for _ in range(60)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    await service.hear(*map(story.issued, people))
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    delivery = service.delivery(server, "same")
    await delivery.start()
    await in_hand.wait()

    async with taken_by_another(service, databases, "same"):

        async def says_so() -> bool:
            return await delivery.trouble() == "another process sends under the name same: set SENDER"

        await eventually(says_so)
        go_on.set()
        await asyncio.sleep(1)
        finished = len(server.accepted)
        sent_by_another = await another_sends_what_is_claimed(service)
    await eventually(service.nothing_due)
    await delivery.stop()

    assert 1 <= finished <= 3 * delivery_module.CONNECTIONS
    assert sent_by_another
    assert sorted([address for address, _ in server.accepted] + sent_by_another) == sorted(
        f"p{n}@by.example" for n in range(60)
    )


async def test_two_senders_share_one_queue(service: Service, server: FarServer) -> None:
    story, people = MeetingStory(), [uuid4() for _ in range(120)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    await service.hear(*(story.issued(each) for each in people))
    senders = [service.delivery(server, "one"), service.delivery(server, "two")]

    await asyncio.gather(*(sender.start() for sender in senders))
    await eventually(service.nothing_due)
    await asyncio.gather(*(sender.stop() for sender in senders))

    assert sorted(address for address, _ in server.accepted) == sorted(f"p{n}@by.example" for n in range(120))


async def test_stopping_finishes_what_is_in_hand(service: Service, invited: Invited, server: FarServer) -> None:
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    delivery = service.delivery(server)
    await delivery.start()
    await in_hand.wait()

    stopping = asyncio.create_task(delivery.stop())
    await asyncio.sleep(0.1)
    go_on.set()
    await stopping

    assert (await service.fates())[-1] == ("invitation", "sent")


async def test_a_sender_whose_connections_were_cut_goes_on(
    service: Service, invited: Invited, server: FarServer, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "SWEEP_SECONDS", 0.1)
    delivery = service.delivery(server)
    await delivery.start()
    await eventually(service.nothing_due)

    await cut_all_connections(databases, service)
    await asyncio.sleep(1)

    async def is_well() -> bool:
        return await delivery.trouble() is None

    await eventually(is_well)
    await service.hear(MeetingStory().issued(invited.person_id))
    await eventually(service.nothing_due)
    await delivery.stop()
    assert len(server.to(ANNA)) == 2


async def test_what_is_in_hand_while_connections_are_cut_is_sent_once(
    service: Service, invited: Invited, server: FarServer, databases: Databases
) -> None:
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    delivery = service.delivery(server)
    await delivery.start()
    await in_hand.wait()

    with capture_logs() as lines:
        await cut_all_connections(databases, service)
        await eventually(lambda: begins(lines))
    go_on.set()
    await eventually(service.nothing_due)
    await delivery.stop()

    _, invitation = await service.emails()
    assert len(server.to(ANNA)) == 1
    assert (invitation["state"], invitation["attempts"]) == ("sent", 1)


async def test_a_server_that_ends_each_session_before_its_first_mail_is_told_of_and_costs_no_attempt(
    service: Service, invited: Invited
) -> None:
    sessions = 0

    async def is_too_busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sessions
        sessions += 1
        writer.write(b"421 4.3.2 too busy\r\n")

    async with serving(is_too_busy) as url:
        delivery = service.delivery(FarServer(port=int(url.rpartition(":")[2])))
        await delivery.start()

        async def says_so() -> bool:
            return await delivery.trouble() == "the mail server is away (421 4.3.2 too busy)"

        await eventually(says_so)
        await asyncio.sleep(0.5)
        await delivery.stop()

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["attempts"]) == ("queued", 0)
    assert sessions < 20


async def test_what_a_sender_took_without_hearing_so_is_sent_at_once(
    service: Service, invited: Invited, server: FarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_claim, lost = storage.claim, [ConnectionResetError()]

    async def claim_and_lose_the_answer(*args: Any, **options: Any) -> list[asyncpg.Record]:
        emails = await really_claim(*args, **options)
        if emails and lost:
            raise lost.pop()
        return emails

    monkeypatch.setattr(storage, "claim", claim_and_lose_the_answer)

    await service.deliver(server)

    assert lost == []
    assert [(email["state"], email["attempts"]) for email in await service.emails()][-1] == ("sent", 1)


async def test_what_a_sender_is_just_taking_is_not_handed_back(
    service: Service, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims, really, claimed, go_on = (
        Claims(service.database, "sender-1", service.clock),
        storage.frame_facts,
        asyncio.Event(),
        asyncio.Event(),
    )

    async def slowly(conn: Connection, ids: Collection[int]) -> dict[int, FrameFacts]:
        claimed.set()
        await go_on.wait()
        return await really(conn, ids)

    monkeypatch.setattr(storage, "frame_facts", slowly)
    taking = asyncio.create_task(claims.take(9))
    await claimed.wait()

    settling = asyncio.create_task(claims.settle())
    await asyncio.sleep(0.1)
    go_on.set()
    await settling

    assert len(await taking) == 1
    assert (await service.fates())[-1] == ("invitation", "sending")


async def test_what_is_about_to_be_taken_back_is_taken_by_no_sender(
    service: Service, invited: Invited, server: FarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    situations, taken = storage.situations, []

    async def take_meanwhile(conn: Connection, touched: Touched) -> list[Situation]:
        async with service.database.connection() as other:
            taken.extend(await claim(other, "sender-2", 9, service.now))
        return await situations(conn, touched)

    monkeypatch.setattr(storage, "situations", take_meanwhile)

    await service.hear(invited.story.withdrawn(invited.person_id))
    await service.deliver(server)

    assert taken == []
    assert (await service.fates())[-1] == ("invitation", "obsolete")
    assert server.to(ANNA) == []


async def test_what_a_sender_was_just_taking_is_taken_back_by_cancellations(
    service: Service, databases: Databases
) -> None:
    story, people = MeetingStory(), [uuid4() for _ in range(100)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    await service.hear(*map(story.issued, people))

    async with service.database.transaction() as conn:
        taken = await claim(conn, "sender-1", 25, service.now)
        hearing = asyncio.create_task(service.hear(*map(story.withdrawn, people)))
        await eventually(lambda: somebody_waits(databases))
    await hearing

    assert Counter(await service.fates()) == {
        ("invitation", "sending"): len(taken),
        ("cancellation", "queued"): len(taken),
        ("invitation", "obsolete"): len(people) - len(taken),
    }


@pytest.mark.parametrize("seed", [1, 20, 21])
async def test_who_is_withdrawn_while_mails_go_out_ends_without_the_meeting(
    service: Service, server: FarServer, seed: int
) -> None:
    random, story, people = Random(seed), MeetingStory(), [uuid4() for _ in range(150)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    delivery, invited = service.delivery(server), list[UUID]()
    await delivery.start()

    while people or invited:
        waiting, hear = (people, story.issued) if random.random() < 0.6 else (invited, story.withdrawn)
        random.shuffle(waiting)
        some = [waiting.pop() for _ in range(min(len(waiting), random.randint(1, 30)))]
        await service.hear(*map(hear, some))
        invited += some if waiting is people else []
        delivery.wake()
        await asyncio.sleep(random.random() / 20)
    await eventually(service.nothing_due)
    await delivery.stop()

    requests, cancellations = (
        Counter(address for address, octets in server.accepted if method in octets)
        for method in (b"method=REQUEST", b"method=CANCEL")
    )
    assert requests
    assert requests == cancellations


async def begins(lines: Sequence[Any]) -> bool:
    return any(line["event"] == "sender begins" for line in lines)


async def claim(conn: Connection, sender: str, most: int, now: datetime) -> list[asyncpg.Record]:
    return await storage.claim(conn, sender, most=most, lease_until=now + timedelta(minutes=15), now=now)


async def somebody_waits(databases: Databases) -> bool:
    """Say whether one transaction waits for another."""
    admin = await asyncpg.connect(databases.admin_url)
    waiting = await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    await admin.close()
    return bool(waiting)


async def cut_all_connections(databases: Databases, service: Service) -> None:
    """End every connection to the service's database, as the server does it when it is shut down."""
    async with service.database.connection() as conn:
        name = await conn.fetchval("SELECT current_database()")
    admin = await asyncpg.connect(databases.admin_url)
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()


async def crash_with_the_mail_in_hand(service: Service, sender: str) -> None:
    """Leave every e-mail that waits as a sender leaves it that is killed while sending."""
    async with service.database.connection() as conn:
        await conn.execute(
            """
            UPDATE emails SET state = 'sending', attempts = 1, sender = $1, lease_until = $2 WHERE state = 'queued'
            """,
            sender,
            service.now + timedelta(minutes=15),
        )


@asynccontextmanager
async def taken_by_another(service: Service, databases: Databases, sender: str) -> AsyncIterator[None]:
    """Cut the connection that holds a sender's name, while another process waits for that name and then has it."""
    async with service.database.connection() as another:
        name = await another.fetchval("SELECT current_database()")
        waiting = asyncio.create_task(
            another.execute("SELECT pg_advisory_lock(hashtextextended('notifications.sender.' || $1::text, 0))", sender)
        )
        await eventually(lambda: somebody_waits(databases))
        admin = await asyncpg.connect(databases.admin_url)
        await admin.execute(
            """
            SELECT pg_terminate_backend(held.pid)
              FROM pg_locks AS held
              JOIN pg_database AS d ON d.oid = held.database
             WHERE d.datname = $1
               AND held.locktype = 'advisory'
               AND held.granted
            """,
            name,
        )
        await admin.close()
        await waiting
        yield


async def another_sends_what_is_claimed(service: Service) -> list[str]:
    """Leave what a sender holds claimed as another of its name does that has sent it."""
    async with service.database.connection() as conn:
        rows = await conn.fetch("UPDATE emails SET state = 'sent' WHERE state = 'sending' RETURNING address")
    return [row["address"] for row in rows]
