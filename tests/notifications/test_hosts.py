"""Who acts for a town is asked to host, asked anew where the meeting moves, and told when another town hosts."""

import json
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from shared.contracts import meetings
from shared.contracts.event import Event
from tests.notifications.builders import (
    STARTS_AT,
    MeetingStory,
    mandate_ended,
    mandate_started,
    organisation_joined,
    organisation_left,
    person_updated,
)
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer

DAY = timedelta(days=1)
ANNA, BO = uuid4(), uuid4()


def in_town(town: str, version: int = 1, place: str = "Rådhuset") -> MeetingStory:
    return MeetingStory(id=UUID(int=7), place=place, host_town=town, version=version, sequence=version - 1)


def asked(story: MeetingStory, *people: UUID) -> meetings.HostAsked:
    return meetings.HostAsked(correlation_id="host", meeting=story.meeting(), town=story.host_town or "", people=people)


async def mails(service: Service, person: UUID = ANNA) -> list[tuple[bool, bool, str]]:
    """What was said to a person of hosting: whether it asks, whether beside what was before, and the state."""
    return [
        ((facts := json.loads(email["facts"]))["asks"], "before" in facts, email["state"])
        for email in await service.emails()
        if email["kind"] == "host_asked" and email["person_id"] == person
    ]


async def test_everybody_of_the_town_is_asked_once_in_their_language(service: Service, server: FarServer) -> None:
    story = in_town("Køge")
    await service.hear(person_updated(ANNA), person_updated(BO, "bo@koege.example", name="Bo", language="en"))

    await service.hear(asked(story, ANNA, BO))
    await service.hear(asked(story, ANNA, BO), story.rescheduled())
    await service.deliver(server)

    (danish,), (english,) = server.to("anna@koege.example"), server.to("bo@koege.example")
    assert danish["Subject"] == "Vil Køge være vært? Netværksmøde, torsdag 22. oktober kl. 9.30"
    assert english["Subject"] == "Will Køge host? Netværksmøde, Thursday 22 October at 9:30"
    assert [part.get_content_type() for part in danish.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    email = (await service.emails())[0]
    assert (email["topic"], email["method"], email["expires_at"]) == ("changes", None, STARTS_AT)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_the_last_thing_that_a_town_hears_is_what_is_so(service: Service, order: tuple[int, ...]) -> None:
    koege, ribe = in_town("Køge", 2), in_town("Ribe", 3)
    story: list[Event] = [
        person_updated(ANNA),
        asked(koege, ANNA),
        ribe.rescheduled(),
        asked(ribe, BO),
    ]

    await service.hear(person_updated(BO, "bo@ribe.example"))
    for number in order:
        await service.hear(story[number], story[number])

    assert [mail for mail in await mails(service, ANNA) if mail[2] == "queued"] == []
    assert [mail for mail in await mails(service, BO) if mail[2] == "queued"] == [(True, False, "queued")]


async def test_a_town_that_was_asked_is_told_when_another_hosts_and_asked_again_when_it_does_after_all(
    service: Service,
) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge", 2), ANNA))
    await service.all_sent()
    await service.hear(in_town("Ribe", 3).rescheduled())
    await service.all_sent()

    await service.hear(asked(in_town("Køge", 4), ANNA))

    assert await mails(service) == [(True, False, "sent"), (False, False, "sent"), (True, False, "queued")]


async def test_a_host_is_asked_anew_when_the_meeting_moves_and_not_for_another_place(service: Service) -> None:
    story = in_town("Køge")
    await service.hear(person_updated(ANNA), asked(story, ANNA))
    await service.all_sent()
    await service.hear(in_town("Køge", 2, place="Biblioteket").rescheduled())
    before = await mails(service)

    await service.hear(in_town("Køge", 2).moved(STARTS_AT + DAY).rescheduled())

    assert before == [(True, False, "sent")]
    assert await mails(service) == [*before, (True, True, "queued")]
    first, second = await service.emails()
    assert json.loads(second["params"])["in_reply_to"] == first["message_id"]


async def test_what_waits_and_is_no_longer_so_is_taken_back(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))
    await service.hear(person_updated(ANNA, "anna@ny.example", version=2))
    await service.hear(in_town("Køge").moved(STARTS_AT + DAY).rescheduled())
    await service.hear(in_town("Køge", 2).moved(STARTS_AT + DAY).cancelled())

    assert await mails(service) == 3 * [(True, False, "obsolete")]


async def test_a_cancellation_is_told_once_to_who_is_asked_to_the_meeting_and_else_to_its_host(
    service: Service, invited: Invited
) -> None:
    story = MeetingStory(id=invited.story.id, place="Rådhuset", host_town="Køge", version=2, sequence=1)
    await service.hear(person_updated(BO, "bo@koege.example"), asked(story, invited.person_id, BO))
    await service.all_sent()

    await service.hear(story.cancelled())

    told = [(email["person_id"], email["kind"]) for email in (await service.emails()) if email["state"] == "queued"]
    assert sorted(told, key=str) == sorted([(invited.person_id, "cancellation"), (BO, "host_asked")], key=str)
    assert json.loads((await service.emails())[-1]["facts"])["cancelled"]


async def test_a_host_whose_invitation_was_muted_hears_of_the_cancellation_all_the_same(
    service: Service, invited: Invited
) -> None:
    story = MeetingStory(id=invited.story.id, place="Rådhuset", host_town="Køge", version=2, sequence=1)
    await service.mute(invited.person_id)
    await service.hear(asked(story, invited.person_id))
    await service.all_sent()

    await service.hear(story.cancelled())

    assert await mails(service, invited.person_id) == [(True, False, "sent"), (False, False, "queued")]


async def test_who_acts_for_nobody_any_more_hears_nothing_more_of_hosting(service: Service) -> None:
    organisation, mandate = uuid4(), uuid4()
    await service.hear(person_updated(ANNA), person_updated(BO, "bo@koege.example"), organisation_joined(organisation))
    await service.hear(
        *(mandate_started(who, organisation, mandate_id=which) for who, which in ((ANNA, mandate), (BO, uuid4())))
    )
    await service.hear(asked(in_town("Køge"), ANNA))
    await service.hear(mandate_ended(ANNA, organisation, mandate_id=mandate))
    await service.hear(asked(in_town("Køge"), BO))
    await service.all_sent()

    await service.hear(organisation_left(organisation))
    await service.hear(in_town("Ribe", 2).rescheduled())

    assert await mails(service) == [(True, False, "obsolete")]
    assert await mails(service, BO) == [(True, False, "sent")]


async def test_the_name_of_a_town_that_is_written_in_other_letters_is_no_other_town(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))
    await service.all_sent()

    await service.hear(in_town("KØGE", 2).rescheduled())

    assert await mails(service) == [(True, False, "sent")]


async def test_nobody_is_asked_to_host_what_has_begun(service: Service) -> None:
    service.now = STARTS_AT

    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))

    assert await mails(service) == []


async def test_who_acts_for_two_towns_is_asked_for_the_one_that_was_asked_last(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Ribe", 3), ANNA))

    await service.hear(asked(in_town("Køge", 2), ANNA))

    assert await mails(service) == [(True, False, "queued")]
    assert json.loads((await service.emails())[0]["facts"])["town"] == "Ribe"


async def test_a_failure_is_not_tried_again_by_itself_and_nothing_follows_what_never_arrived(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(in_town("Køge", 2, place="Biblioteket").rescheduled())
    await service.hear(in_town("Ribe", 3).rescheduled())

    assert await mails(service) == [(True, False, "failed")]


async def test_who_was_asked_hears_of_another_host_also_where_a_later_question_failed(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))
    await service.all_sent()
    await service.hear(in_town("Køge").moved(STARTS_AT + DAY).rescheduled())
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(in_town("Ribe", 3).rescheduled())

    assert await mails(service) == [(True, False, "sent"), (True, True, "failed"), (False, False, "queued")]


async def test_who_never_got_the_question_is_not_told_that_it_has_changed(service: Service) -> None:
    await service.hear(person_updated(ANNA), asked(in_town("Køge"), ANNA))
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(in_town("Køge").moved(STARTS_AT + DAY).rescheduled())

    assert await mails(service) == [(True, False, "failed"), (True, False, "queued")]


async def test_a_question_that_got_through_nowhere_is_asked_at_the_new_address(service: Service) -> None:
    await service.hear(person_updated(ANNA, "typo@koege.example"), asked(in_town("Køge"), ANNA))
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(person_updated(ANNA, version=2), in_town("Køge", 2, place="Biblioteket").rescheduled())

    assert await mails(service) == [(True, False, "failed"), (True, False, "queued")]
    assert (await service.emails())[-1]["address"] == "anna@koege.example"
