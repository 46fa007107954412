"""What waits is mailed in the language that its reader has chosen since."""

import pytest

from services.notifications import use_cases
from services.notifications.choices import Choice
from services.notifications.domain import Language
from tests.notifications.builders import person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer


async def choose(service: Service, invited: Invited, language: Language) -> None:
    async with service.database.transaction() as conn:
        choice = Choice(language, frozenset())
        await use_cases.choose(conn, invited.person_id, choice, correlation_id="choose", now=service.now)


@pytest.mark.parametrize("state", ["queued", "muted", "suppressed", "failed"])
async def test_what_waits_is_written_in_the_language_that_is_chosen_meanwhile(
    service: Service, invited: Invited, state: str
) -> None:
    await service.set_state(state, may_have_arrived=False)
    welcome, before = await service.emails()

    await choose(service, invited, "en")

    told, invitation = await service.emails()
    assert (told["language"], told["frame_id"]) == ("da", welcome["frame_id"])
    assert invitation["language"] == "en"
    changed = {"frame_id", "language"}
    if state == "muted":
        changed |= {"state"}
    assert {name for name, value in invitation.items() if value != before[name]} <= changed


async def test_it_leaves_so_and_what_follows_too(service: Service, invited: Invited, server: FarServer) -> None:
    await choose(service, invited, "en")
    await service.deliver(server)
    await choose(service, invited, "da")
    await service.hear(invited.story.cancelled())
    await service.deliver(server)

    subjects = [str(mail["Subject"]).partition(":")[0] for mail in server.to("anna@koege.example")]
    assert subjects == ["Invitation", "Aflyst"]


async def test_what_may_have_arrived_or_is_being_sent_stays_as_it_was_written(
    service: Service, invited: Invited
) -> None:
    for state, may_have_arrived in (("sending", False), ("queued", True)):
        await service.set_state(state, may_have_arrived=may_have_arrived)
        await choose(service, invited, "en")

    assert [email["language"] for email in await service.emails()] == ["da", "da"]


async def test_a_language_that_membership_hears_of_holds_for_what_waits_too(service: Service, invited: Invited) -> None:
    await service.hear(person_updated(invited.person_id, language="en", version=2))

    welcome, invitation = await service.emails()
    assert (welcome["language"], invitation["language"]) == ("da", "en")
    assert (invitation["kind"], invitation["state"]) == ("invitation", "queued")
