"""What is queued reaches the far server once, in order, and what becomes of it is recorded."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

from structlog.testing import capture_logs

from tests.notifications.builders import STARTS_AT, MeetingStory, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import DROP, FarServer
from tests.support.eventually import eventually

ANNA = "anna@koege.example"


async def test_an_e_mail_is_accepted_once_and_its_reply_kept(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.deliver(server)

    await service.deliver(server)

    (message,) = server.to(ANNA)
    _, invitation = await service.emails()
    assert message["Message-ID"] == invitation["message_id"]
    assert message["Subject"] == "Indkaldelse: Netværksmøde, torsdag 22. oktober kl. 9.30"
    assert (invitation["state"], invitation["attempts"]) == ("sent", 1)
    assert invitation["reply"] == "250 2.0.0 taken as 1A2B"
    assert invitation["sent_at"] == service.now
    assert await attempts(service) == [("accepted", "250 2.0.0 taken as 1A2B")]


async def test_a_reply_that_holds_what_no_text_may_is_kept_without_it(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.after_message = lambda address: "250 2.0.0 taken\0as\x1b1A2B"

    await service.deliver(server)

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["reply"]) == ("sent", "250 2.0.0 taken as 1A2B")


async def test_many_e_mails_share_a_few_connections(service: Service, server: FarServer) -> None:
    story, people = MeetingStory(), [uuid4() for _ in range(250)]
    await service.hear(*(person_updated(each, f"p{n}@by.example") for n, each in enumerate(people)))
    await service.hear(*(story.issued(each) for each in people))

    await service.deliver(server)

    assert sorted(address for address, _ in server.accepted) == sorted(f"p{n}@by.example" for n in range(250))
    assert 3 <= server.connections <= 8


async def test_a_changed_meeting_reaches_its_reader_in_order(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.deliver(server)
    moved = invited.story.moved(STARTS_AT + timedelta(days=14))
    await service.hear(moved.rescheduled())
    await service.deliver(server)
    await service.hear(moved.cancelled())
    await service.deliver(server)

    messages = server.to(ANNA)

    assert [method_of(message) for message in messages] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [message["In-Reply-To"] for message in messages[1:]] == [messages[0]["Message-ID"]] * 2


async def test_not_now_is_tried_again_with_the_same_message_id_and_date(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: "450 4.2.1 <anna@koege.example> too fast"
    await service.deliver(server)
    server.at_recipient = lambda address: None
    _, waiting = await service.emails()

    service.later(timedelta(seconds=90))
    await service.deliver(server)

    (message,) = server.to(ANNA)
    _, sent = await service.emails()
    assert (waiting["state"], waiting["reply"]) == ("queued", "450 4.2.1 <(address)> too fast")
    assert timedelta(seconds=60) <= waiting["next_attempt_at"] - waiting["date"] <= timedelta(seconds=72)
    assert (sent["state"], sent["attempts"]) == ("sent", 2)
    assert message["Message-ID"] == waiting["message_id"]
    assert message["Date"].datetime == waiting["date"]
    assert [outcome for outcome, _ in await attempts(service)] == ["deferred", "accepted"]


async def test_never_is_final_and_hurts_no_other_e_mail(service: Service, invited: Invited, server: FarServer) -> None:
    server.at_recipient = lambda address: "550 5.2.1 mailbox disabled" if address == ANNA else None
    other = uuid4()
    await service.hear(person_updated(other, "bo@koege.example"), invited.story.issued(other))

    await service.deliver(server)

    assert await service.fates() == [("welcome", "sent"), ("invitation", "failed"), ("invitation", "sent")]
    assert len(server.to("bo@koege.example")) == 1


async def test_a_refusal_after_the_message_is_final_too(service: Service, invited: Invited, server: FarServer) -> None:
    server.after_message = lambda address: "554 5.7.1 we do not like it"

    await service.deliver(server)

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["may_have_arrived"]) == ("failed", False)


async def test_the_log_names_the_cause_and_the_reply_but_never_an_address(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: f"550 5.2.1 <{address}> is disabled"

    with capture_logs() as lines:
        await service.deliver(server)

    (line,) = (line for line in lines if line["event"] == "e-mail not handed over")
    assert (line["correlation_id"], line["reply"]) == ("invite", "550 5.2.1 <(address)> is disabled")
    assert ANNA not in str(lines)
    assert "Anna" not in str(lines)


async def test_what_was_handed_over_is_logged_by_its_ids_and_causes(
    service: Service, invited: Invited, server: FarServer
) -> None:
    other = uuid4()
    await service.hear(person_updated(other, "bo@koege.example"), invited.story.issued(other))

    with capture_logs() as lines:
        await service.deliver(server)

    told = [line for line in lines if line["event"] == "e-mails handed over"]
    assert (
        sorted(n for line in told for n in line["email_ids"]) == [email["id"] for email in await service.emails()][1:]
    )
    assert {cause for line in told for cause in line["correlation_ids"]} == {"invite"}


async def test_bad_sequence_of_commands_is_never_a_bounce(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: "503 5.5.1 nested MAIL"

    await service.deliver(server)

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["may_have_arrived"]) == ("queued", False)
    assert invitation["next_attempt_at"] > service.now


async def test_a_lost_connection_before_the_message_is_no_bounce(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: DROP

    await service.deliver(server)

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["may_have_arrived"]) == ("queued", False)
    assert [outcome for outcome, _ in await attempts(service)] == ["lost"]


async def test_a_lost_connection_after_the_message_is_repeated_as_the_same_e_mail(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.after_message = lambda address: DROP
    await service.deliver(server)
    server.after_message = lambda address: None
    _, waiting = await service.emails()

    service.later(timedelta(seconds=10))
    await service.deliver(server)

    first, second = server.to(ANNA)
    assert waiting["may_have_arrived"]
    assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])
    assert (await service.fates())[-1] == ("invitation", "sent")


async def test_who_never_got_the_invitation_gets_no_cancellation(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: "450 4.7.1 greylisted"
    await service.deliver(server)

    await service.hear(invited.story.cancelled())

    assert (await service.fates())[1:] == [("invitation", "obsolete")]


async def test_a_cancellation_that_was_queued_while_its_invitation_was_refused_is_dropped(
    service: Service, invited: Invited, server: FarServer
) -> None:
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    server.after_message = lambda address: "554 5.7.1 we do not like it"
    delivery = service.delivery(server)
    await delivery.start()
    await in_hand.wait()

    await service.hear(invited.story.cancelled())
    go_on.set()
    await eventually(service.nothing_due)
    await delivery.stop()

    assert (await service.fates())[1:] == [("invitation", "failed"), ("cancellation", "obsolete")]


async def test_a_retry_never_overtakes_a_newer_e_mail(service: Service, invited: Invited, server: FarServer) -> None:
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    server.after_message = lambda address: "451 4.3.0 not now" if server.attempts[address] == 1 else None
    delivery = service.delivery(server)
    await delivery.start()
    await in_hand.wait()

    await service.hear(invited.story.moved(STARTS_AT + timedelta(days=14)).rescheduled())
    go_on.set()
    await eventually(service.nothing_due)
    await delivery.stop()

    assert (await service.fates())[1:] == [("invitation", "obsolete"), ("update", "sent")]
    assert len(server.to(ANNA)) == 1


async def test_an_invitation_is_given_up_when_its_meeting_begins(
    service: Service, invited: Invited, server: FarServer
) -> None:
    server.at_recipient = lambda address: "450 4.2.1 too fast"
    await service.deliver(server)
    service.now = STARTS_AT

    await service.deliver(server)

    _, invitation = await service.emails()
    assert invitation["state"] == "failed"
    assert invitation["reply"] == "450 4.2.1 too fast; given up: its time is past"


async def test_nothing_is_lost_while_the_server_is_away(service: Service, invited: Invited, server: FarServer) -> None:
    delivery = service.delivery(FarServer(port=1))
    await delivery.start()
    await eventually(delivery.trouble)
    await delivery.stop()

    await service.deliver(server)

    _, invitation = await service.emails()
    assert (invitation["state"], invitation["attempts"]) == ("sent", 1)


async def test_muting_while_an_invitation_waits_keeps_it_back(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.mute(invited.person_id)

    await service.deliver(server)

    assert server.accepted == []


def method_of(message: EmailMessage) -> object:
    (calendar,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    return calendar["Content-Type"].params["method"]


async def attempts(service: Service) -> list[tuple[str, str]]:
    async with service.database.connection() as conn:
        rows = await conn.fetch("SELECT outcome, reply FROM deliveries ORDER BY id")
    return [(row["outcome"], row["reply"]) for row in rows]
