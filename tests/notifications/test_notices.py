"""What the owner of another system is told, and that it comes once an episode."""

from datetime import timedelta
from uuid import uuid4

from shared.contracts.membership import SystemOwner
from shared.messaging.cloudevents import Heard
from tests.notifications.builders import person_updated, system_fell_silent, system_flooded
from tests.notifications.conftest import Service
from tests.notifications.far_server import FarServer

ENGLISH = SystemOwner(email="ops@partner.example", language="en")


async def test_an_owner_is_told_of_a_silence_and_of_a_flood(service: Service) -> None:
    await service.hear(system_fell_silent(), system_flooded(owner=ENGLISH))

    silence, flood = await service.emails()
    assert (silence["kind"], silence["topic"], silence["state"]) == ("silence", "account", "queued")
    assert (silence["address"], silence["language"]) == ("drift@partner.example", "da")
    assert (flood["kind"], flood["topic"], flood["state"]) == ("flood", "account", "queued")
    assert (flood["address"], flood["language"]) == ("ops@partner.example", "en")
    assert [email["person_id"] for email in (silence, flood)] == [None, None]


async def test_an_episode_is_told_once_however_often_and_late_it_is_heard(service: Service) -> None:
    event = system_fell_silent()

    await service.hear(event, event)
    await service.hear_group([Heard("/membership", "1", event), Heard("/membership", "2", event)])
    await service.all_sent()
    service.later(timedelta(days=3))
    await service.hear(event.model_copy(update={"correlation_id": "said again"}))

    assert await service.fates() == [("silence", "sent")]


async def test_every_episode_is_told(service: Service) -> None:
    await service.hear(system_fell_silent(), system_fell_silent(), system_flooded(), system_flooded())

    assert [kind for kind, _ in await service.fates()] == ["silence", "silence", "flood", "flood"]


async def test_a_silence_and_a_flood_of_one_id_are_two_things(service: Service) -> None:
    episode = uuid4()

    await service.hear(system_fell_silent(episode), system_flooded(episode))

    assert [kind for kind, _ in await service.fates()] == ["silence", "flood"]


async def test_what_a_person_of_that_address_has_muted_does_not_keep_it_back(service: Service) -> None:
    person = uuid4()
    await service.hear(person_updated(person, "drift@partner.example"))
    await service.mute(person)

    await service.hear(system_flooded())

    assert await service.fates() == [("flood", "queued")]


async def test_a_notice_is_delivered_without_a_link_to_unsubscribe(service: Service, server: FarServer) -> None:
    await service.hear(system_fell_silent(), system_flooded())

    await service.deliver(server)

    read = server.to("drift@partner.example")
    assert sorted(str(message["Subject"]) for message in read) == [
        "Der er stille fra register",
        "register sender mere end sin grænse",
    ]
    assert [message["List-Unsubscribe"] for message in read] == [None, None]
    assert await service.fates() == [("silence", "sent"), ("flood", "sent")]
