"""What people have answered is what their next e-mail's calendar part says of them."""

import json
import re
from datetime import timedelta
from email.message import EmailMessage
from itertools import permutations
from typing import Any, Literal

import pytest
from icalendar import Calendar

from shared.contracts.event import Event
from shared.contracts.meetings import AnswerGiven, PlaceConfirmed, PlaceOffered, PlaceState
from shared.links import AnswerLink, AnswerLinks
from tests.notifications.builders import NOW, STARTS_AT, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer

DAY = timedelta(days=1)
FORMS = ("plain", "html")


def given(
    invited: Invited,
    answer: Literal["accepted", "tentative", "declined"] = "accepted",
    place_state: PlaceState = "confirmed",
    version: int = 1,
) -> AnswerGiven:
    """A person has answered."""
    return AnswerGiven(
        correlation_id="answer",
        person_id=invited.person_id,
        meeting_id=invited.story.id,
        answer=answer,
        attendance=None if answer == "declined" else "in_person",
        place_state=place_state,
        given_at=NOW,
        version=version,
    )


def offered(invited: Invited, version: int) -> PlaceOffered:
    return PlaceOffered(
        correlation_id="offer",
        person_id=invited.person_id,
        meeting_id=invited.story.id,
        attendance="in_person",
        until=NOW + DAY,
        version=version,
    )


def waited_and_came(invited: Invited) -> list[Event]:
    """Somebody waits for a place, is offered one, and takes it."""
    return [
        given(invited, place_state="waiting"),
        offered(invited, 2),
        given(invited, version=3),
        confirmed(invited, 3),
    ]


def confirmed(invited: Invited, version: int) -> PlaceConfirmed:
    return PlaceConfirmed(
        correlation_id="confirm",
        person_id=invited.person_id,
        meeting_id=invited.story.id,
        attendance="in_person",
        version=version,
    )


async def partstat_of_an_update(service: Service, invited: Invited) -> str:
    await service.hear(invited.story.moved(STARTS_AT + DAY).rescheduled())
    stated: str = json.loads((await service.emails())[-1]["params"])["partstat"]
    return stated


async def test_who_has_not_answered_is_asked(service: Service, invited: Invited) -> None:
    await service.all_sent()

    assert await partstat_of_an_update(service, invited) == "NEEDS-ACTION"


@pytest.mark.parametrize(
    ("answer", "place_state", "expected"),
    [
        ("accepted", "confirmed", "ACCEPTED"),
        ("accepted", "waiting", "TENTATIVE"),
        ("accepted", "offered", "TENTATIVE"),
        ("accepted", "none", "NEEDS-ACTION"),
        ("tentative", "none", "TENTATIVE"),
        ("declined", "none", "DECLINED"),
    ],
)
async def test_an_update_says_what_its_reader_has_answered(
    service: Service,
    invited: Invited,
    answer: Literal["accepted", "tentative", "declined"],
    place_state: PlaceState,
    expected: str,
) -> None:
    await service.all_sent()

    await service.hear(given(invited, answer, place_state))

    assert await partstat_of_an_update(service, invited) == expected


async def test_an_answer_mails_nothing(service: Service, invited: Invited) -> None:
    before = await service.fates()

    await service.hear(given(invited), given(invited, place_state="waiting", version=2))
    await service.hear(given(invited, "declined", "none", version=3))

    assert await service.fates() == before


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_answers_and_offers_in_any_order_end_alike(
    service: Service, invited: Invited, order: tuple[int, ...]
) -> None:
    story = waited_and_came(invited)

    for number in order:
        await service.hear(story[number], story[number])

    async with service.database.connection() as conn:
        row = await conn.fetchrow("SELECT answer, attendance, place_state, offered_until, version FROM answers")
    assert row is not None
    assert tuple(row) == ("accepted", "in_person", "confirmed", None, 3)


async def test_an_offer_is_kept_with_its_deadline(service: Service, invited: Invited) -> None:
    await service.hear(given(invited, place_state="waiting"), offered(invited, 2))

    async with service.database.connection() as conn:
        row = await conn.fetchrow("SELECT place_state, offered_until FROM answers")
    assert row is not None
    assert tuple(row) == ("offered", NOW + DAY)


async def test_an_answer_and_a_move_heard_together_make_one_true_update(service: Service, invited: Invited) -> None:
    await service.all_sent()

    await service.hear(invited.story.moved(STARTS_AT + DAY).rescheduled(), given(invited, "declined", "none"))

    assert json.loads((await service.emails())[-1]["params"])["partstat"] == "DECLINED"


async def test_the_calendar_that_leaves_carries_the_answer(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.all_sent()
    await service.hear(given(invited))
    await service.hear(person_updated(invited.person_id, "anna@aeroe.example", version=2))

    await service.deliver(server)

    (cancelled,), (asked,) = server.to("anna@koege.example"), server.to("anna@aeroe.example")
    assert attendee(asked).params["PARTSTAT"] == "ACCEPTED"
    assert "PARTSTAT" not in attendee(cancelled).params


async def test_an_invitation_and_an_update_carry_the_link_of_their_reader_and_their_meeting(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await service.deliver(server)
    await service.hear(invited.story.moved(STARTS_AT + DAY).rescheduled())
    await service.deliver(server)
    await service.hear(invited.story.moved(STARTS_AT + DAY).cancelled())
    await service.deliver(server)

    *asked, cancelled = server.to("anna@koege.example")
    links = AnswerLinks("another secret of thirty-two characters")
    found = [links.read(token) for message in asked for form in FORMS for token in tokens(message, form)]
    assert found == [AnswerLink(invited.story.id, invited.person_id)] * 4
    assert [tokens(cancelled, form) for form in FORMS] == [[], []]


def tokens(message: EmailMessage, form: str) -> list[str]:
    """Return the tokens of the answer page that a part of an e-mail links to."""
    part = message.get_body((form,))
    assert part
    return re.findall(r"https://post\.netvaerk\.example/meetings/answer/([A-Za-z0-9_-]+)", part.get_content())


def attendee(message: EmailMessage) -> Any:
    """Return who the calendar part of an e-mail asks."""
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    return event["ATTENDEE"]
