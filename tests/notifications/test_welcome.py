"""Who is welcomed, and when."""

from uuid import uuid4

from tests.notifications.builders import (
    mandate_ended,
    mandate_started,
    organisation_joined,
    organisation_left,
    person_updated,
)
from tests.notifications.conftest import Service


async def test_a_person_is_welcomed_once_for_ever(service: Service) -> None:
    person, first, second = uuid4(), uuid4(), uuid4()

    await service.hear(person_updated(person), organisation_joined(first), mandate_started(person, first))
    await service.hear(organisation_joined(second), mandate_started(person, second))

    (welcome,) = await service.emails()
    assert (welcome["kind"], welcome["topic"], welcome["state"]) == ("welcome", "account", "queued")
    assert '"organisation": "Køge Handel"' in welcome["facts"]


async def test_a_welcome_waits_for_person_mandate_and_member_in_any_order(service: Service) -> None:
    person, organisation = uuid4(), uuid4()

    await service.hear(mandate_started(person, organisation))
    await service.hear(person_updated(person))
    assert await service.emails() == []
    await service.hear(organisation_joined(organisation))

    assert await service.fates() == [("welcome", "queued")]


async def test_nobody_is_welcomed_whose_mandate_is_over(service: Service) -> None:
    person, organisation, mandate = uuid4(), uuid4(), uuid4()

    await service.hear(mandate_ended(person, organisation, mandate_id=mandate))
    await service.hear(person_updated(person), organisation_joined(organisation))
    await service.hear(mandate_started(person, organisation, mandate_id=mandate))

    assert await service.emails() == []


async def test_nobody_is_welcomed_to_an_organisation_that_left(service: Service) -> None:
    person, organisation = uuid4(), uuid4()

    await service.hear(organisation_left(organisation))
    await service.hear(organisation_joined(organisation))
    await service.hear(person_updated(person), mandate_started(person, organisation))

    assert await service.emails() == []


async def test_a_welcome_that_did_not_get_through_goes_to_the_new_address(service: Service) -> None:
    person, organisation = uuid4(), uuid4()
    await service.hear(person_updated(person, "typo@koege.example"), organisation_joined(organisation))
    await service.hear(mandate_started(person, organisation))
    await service.set_state("failed", may_have_arrived=False)

    await service.hear(person_updated(person, "anna@koege.example", version=2))

    (welcome,) = await service.emails()
    assert (welcome["address"], welcome["state"], welcome["attempts"]) == ("anna@koege.example", "queued", 0)
