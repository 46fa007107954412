"""A domain that takes nothing for now is left alone, and taken up again by steps; nobody else is held up."""

from datetime import timedelta
from uuid import uuid4

from services.notifications.domain import Outcome
from services.notifications.sending.pacing import CALM, Paces
from tests.notifications.builders import NOW, STARTS_AT, MeetingStory, person_updated
from tests.notifications.conftest import Service
from tests.notifications.far_server import FarServer

SLOW = "451 4.7.0 too many mails, try later"
DEFERRED = Outcome("deferred", SLOW, fault="ours")
ACCEPTED = Outcome("accepted", "250 fine", may_have_arrived=True)
MINUTE = timedelta(minutes=1)


def paces(*outcomes: Outcome) -> Paces:
    found = Paces()
    for outcome in outcomes:
        found.note("by.example", outcome, NOW)
    return found


def test_one_mailbox_is_no_reason_to_leave_a_domain_alone() -> None:
    found = paces(DEFERRED, DEFERRED, ACCEPTED, DEFERRED, DEFERRED)

    assert found.pause("by.example", NOW) is None


def test_three_in_a_row_pause_a_domain_and_no_other() -> None:
    found = paces(DEFERRED, DEFERRED, DEFERRED)

    pause = found.pause("by.example", NOW)
    assert pause
    assert pause.until == NOW + MINUTE
    assert found.pause("other.example", NOW) is None
    assert found.pause("by.example", NOW + MINUTE) is None


def test_each_pause_is_longer_until_the_domain_was_well_for_a_while() -> None:
    found, now, pauses = paces(DEFERRED, DEFERRED), NOW, []

    for _ in range(6):
        pause = found.note("by.example", DEFERRED, now)
        assert pause
        pauses.append((pause.until - now) // MINUTE)
        now = pause.until
    found.note("by.example", ACCEPTED, now + CALM)

    assert pauses == [1, 5, 15, 30, 60, 60]
    assert found.note("by.example", DEFERRED, now + CALM) is None


async def test_what_waits_for_a_paused_domain_is_not_tried_and_goes_out_by_steps(
    service: Service, server: FarServer
) -> None:
    await invite(service, *(f"p{n}@slow.example" for n in range(40)), "anna@koege.example")
    server.at_recipient = lambda address: SLOW if address.endswith("slow.example") else None

    await service.deliver(server)
    tried = {address for address in server.attempts if address.endswith("slow.example")}
    paused = [email for email in await service.emails() if email["address"] not in tried]
    server.at_recipient = lambda address: None
    service.later(2 * MINUTE)
    await service.deliver(server)
    after_a_step = len(server.accepted)
    service.later(2 * MINUTE)
    await service.deliver(server)

    assert len(server.to("anna@koege.example")) == 1
    assert 3 <= len(tried) < 20
    assert paused[-1]["state"] == "sent"
    assert {email["attempts"] for email in paused[:-1]} == {0}
    waiting = [email for email in paused if email["reply"] == f"not tried, because the domain said: {SLOW}"]
    assert len(waiting) > 10
    moments = [email["next_attempt_at"] - NOW for email in waiting]
    assert MINUTE <= min(moments) < max(moments) < 2 * MINUTE
    assert after_a_step <= len(server.accepted) == 41


async def test_what_its_domain_takes_for_two_days_is_given_up_with_the_reason(
    service: Service, server: FarServer
) -> None:
    await invite(service, *(f"p{n}@slow.example" for n in range(40)))
    server.at_recipient = lambda address: SLOW
    await service.deliver(server)

    service.later(timedelta(hours=49))
    assert service.now < STARTS_AT
    await service.deliver(server)

    replies = {email["reply"] for email in await service.emails() if email["state"] == "failed"}
    assert f"not tried, because the domain said: {SLOW}; given up: after two days" in replies


async def invite(service: Service, *addresses: str) -> None:
    """Queue an invitation to each address."""
    story, people = MeetingStory(), [uuid4() for _ in addresses]
    await service.hear(*map(person_updated, people, addresses))
    await service.hear(*(story.issued(each) for each in people))
