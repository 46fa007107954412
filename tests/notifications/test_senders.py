"""Senders come, go, crash and share one queue, and no e-mail is lost."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer
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
