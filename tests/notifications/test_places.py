"""Who waits for a place is mailed when it is offered to them, and when it is theirs."""

import asyncio
import json
import re
from datetime import timedelta
from itertools import permutations

import pytest

from shared.contracts.event import Event
from shared.links import AnswerLink, AnswerLinks
from tests.notifications.builders import NOW, STARTS_AT, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer
from tests.notifications.test_answers import attendee, confirmed, given, offered, waited_and_came
from tests.support.eventually import eventually

DAY = timedelta(days=1)
LINKS = AnswerLinks("another secret of thirty-two characters")


async def test_an_offer_says_until_when_and_leads_to_the_answer_page_and_a_confirmation_mends_the_calendar(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.hear(given(invited, place_state="waiting"), invited.story.moved(STARTS_AT + DAY).rescheduled())
    await service.deliver(server)
    await service.hear(offered(invited, 2))
    await service.deliver(server)
    service.later(timedelta(hours=1))
    await service.hear(given(invited, version=3), confirmed(invited, 3))
    await service.deliver(server)

    asked, offer, confirmation = server.to("anna@koege.example")
    (body,) = [part.get_content() for part in [offer.get_body(("plain",))] if part]
    (token,) = re.findall(r"/answer/(\S+)", body)
    assert "Svar ja senest onsdag 2. september 2026 kl. 10.00" in body
    assert LINKS.read(token) == AnswerLink(invited.story.id, invited.person_id)
    assert [part.get_content_type() for part in offer.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert (attendee(asked).params["PARTSTAT"], attendee(confirmation).params["PARTSTAT"]) == ("TENTATIVE", "ACCEPTED")
    assert offer["In-Reply-To"] == confirmation["In-Reply-To"] == asked["Message-ID"]
    emails = (await service.emails())[-2:]
    assert [(e["kind"], e["topic"], e["sequence"], e["expires_at"]) for e in emails] == [
        ("offer", "changes", None, NOW + DAY),
        ("confirmation", "changes", 1, STARTS_AT + DAY),
    ]
    assert json.loads(emails[-1]["params"])["dtstamp"] == service.now.isoformat()


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_confirmation_is_mailed_once_in_any_order_and_no_offer_that_is_past(
    service: Service, invited: Invited, order: tuple[int, ...]
) -> None:
    story = waited_and_came(invited)
    await service.all_sent()

    for number in order:
        await service.hear(story[number], story[number])
    await service.hear(person_updated(invited.person_id, name="Anna Sø", version=2))

    waiting = [kind for kind, state in await service.fates() if state == "queued"]
    assert waiting == ["confirmation"]


async def test_who_is_offered_a_place_before_they_are_known_hears_of_it_once_they_are(
    service: Service, invited: Invited
) -> None:
    stranger = Invited(person_id=invited.story.id, story=invited.story)
    await service.hear(offered(stranger, 2), invited.story.issued(stranger.person_id))

    await service.hear(person_updated(stranger.person_id, "bo@koege.example"))

    assert [kind for kind, _ in await service.fates()] == ["welcome", "invitation", "invitation", "offer"]


async def test_what_waits_to_be_said_of_a_place_is_taken_back_once_it_is_no_longer_so(
    service: Service, invited: Invited
) -> None:
    await service.hear(offered(invited, 2))
    await service.hear(given(invited, "accepted", "none", version=3))
    await service.hear(offered(invited, 4), given(invited, version=5), confirmed(invited, 5))
    await service.hear(given(invited, "declined", "none", version=6))
    await service.hear(offered(invited, 8))
    await service.hear(invited.story.cancelled())

    found = [fate for fate in await service.fates() if fate[0] in ("offer", "confirmation")]
    assert found == [("offer", "obsolete"), ("confirmation", "obsolete"), ("offer", "obsolete")]


async def test_an_offer_that_waits_is_written_of_the_meeting_and_to_the_address_of_now(
    service: Service, invited: Invited
) -> None:
    await service.hear(offered(invited, 2))

    await service.hear(invited.story.moved(STARTS_AT + DAY).rescheduled())
    await service.hear(person_updated(invited.person_id, "anna@aeroe.example", version=2))

    (offer,) = [email for email in await service.emails() if email["kind"] == "offer"]
    assert (offer["state"], offer["address"]) == ("queued", "anna@aeroe.example")
    assert json.loads(offer["facts"])["starts_at"] == "2026-10-23T07:30:00Z"


@pytest.mark.parametrize("state", ["queued", "failed", "suppressed"])
async def test_an_offer_that_got_through_nowhere_is_tried_anew_at_the_new_address(
    service: Service, invited: Invited, state: str
) -> None:
    await service.all_sent()
    await service.hear(offered(invited, 2))
    await service.set_state(state, may_have_arrived=False)

    await service.hear(person_updated(invited.person_id, "anna@aeroe.example", version=2))

    (offer,) = [email for email in await service.emails() if email["kind"] == "offer"]
    assert (offer["address"], offer["state"], offer["attempts"]) == ("anna@aeroe.example", "queued", 0)


async def test_an_offer_does_not_stand_in_for_an_invitation_that_is_tried_again(
    service: Service, invited: Invited, server: FarServer
) -> None:
    in_hand, go_on = asyncio.Event(), asyncio.Event()
    server.hold(in_hand, go_on)
    server.after_message = lambda address: "451 4.3.0 not now" if server.attempts[address] == 1 else None
    delivery = service.delivery(server)
    await delivery.start()
    await in_hand.wait()

    await service.hear(offered(invited, 2))
    go_on.set()
    await eventually(service.nothing_due)
    await delivery.stop()
    service.later(timedelta(minutes=2))
    await service.deliver(server)

    assert (await service.fates())[1:] == [("invitation", "sent"), ("offer", "sent")]


async def test_an_offer_that_is_past_is_not_sent(service: Service, invited: Invited, server: FarServer) -> None:
    await service.hear(offered(invited, 2))
    service.later(2 * DAY)

    await service.deliver(server)
    await service.hear(given(invited, "accepted", "none", version=3))

    assert (await service.fates())[1:] == [("invitation", "sent"), ("offer", "failed")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_who_changes_the_comment_at_once_after_taking_a_place_is_told_of_the_place_all_the_same_and_once(
    service: Service, invited: Invited, server: FarServer, order: tuple[int, ...]
) -> None:
    story: list[Event] = [given(invited, version=3), confirmed(invited, 3), given(invited, version=4)]
    await service.hear(given(invited, place_state="waiting"), offered(invited, 2))
    await service.deliver(server)

    for number in order:
        await service.hear(story[number])
    await service.deliver(server)
    await service.hear(given(invited, version=5))

    assert [fate for fate in await service.fates() if fate[0] == "confirmation"] == [("confirmation", "sent")]
