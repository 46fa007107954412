"""The language that a person chose themselves is theirs for ever, whatever other systems report."""

from uuid import UUID, uuid4

import httpx

from services.membership.own_events import subscribe
from shared.contracts.event import Event
from shared.contracts.notifications import PreferencesChanged
from shared.messaging import topology
from shared.messaging.cloudevents import Heard
from shared.messaging.inbox import Inbox
from tests.membership.conftest import Door, ask
from tests.support.builders import SOURCE, contact, contact_updated, joined


async def hear(door: Door, *events: Event) -> None:
    """Hear events of our own services for the first time, in one group."""
    inbox = Inbox(topology.OURS, door.database, "amqp://127.0.0.1")
    subscribe(inbox)
    async with door.database.transaction() as conn:
        await inbox.apply(conn, [Heard("/notifications", str(uuid4()), event) for event in events])


def chosen(person_id: UUID, language: str | None, version: int) -> PreferencesChanged:
    said = {"correlation_id": "page", "person_id": person_id, "language": language, "muted": [], "version": version}
    return PreferencesChanged.model_validate(said)


async def anna_of(door: Door) -> UUID:
    """Have Anna speak for Køge, written to in Danish; return her id."""
    await door.take(joined("koege", contact("anna", language="da")))
    ((_, body),) = [one for one in await door.said() if one[0] == "membership.person_updated.v1"]
    return UUID(body["person"]["id"])


async def test_a_choice_is_said_and_no_report_changes_it_any_more(door: Door, api: httpx.AsyncClient) -> None:
    anna = await anna_of(door)

    await hear(door, chosen(anna, "en", 1))
    heard = await door.said()
    await door.take(contact_updated(contact("anna", language="da")).at(60))
    reported = await door.said()
    await door.take(contact_updated(contact("anna", name="Anna Ærø", language="da")).at(120))
    renamed = await door.said()
    shown = await ask(api, "GET", "/organisations/sources", params={"source": SOURCE, "key": "koege"})

    ((kind, body),) = heard
    assert (kind, body["person"]["language"], body["version"]) == ("membership.person_updated.v1", "en", 2)
    assert body["correlation_id"] == "page"
    assert reported == []
    assert [(one["person"]["name"], one["person"]["language"], one["version"]) for _, one in renamed] == [
        ("Anna Ærø", "en", 3)
    ]
    assert [(one["language"], one["language_said_by"]) for one in shown["contacts"]] == [("en", "the person")]


async def test_the_newest_choice_holds_in_whatever_order_choices_come(door: Door) -> None:
    anna = await anna_of(door)

    await hear(door, chosen(anna, "da", 3), chosen(anna, "en", 2))
    await hear(door, chosen(anna, "en", 1))

    assert await door.said() == []


async def test_who_chose_no_language_is_written_to_as_reported(door: Door, api: httpx.AsyncClient) -> None:
    anna = await anna_of(door)

    await hear(door, chosen(anna, None, 1), chosen(uuid4(), "en", 1))
    await door.take(contact_updated(contact("anna", language="en")).at(60))
    shown = await ask(api, "GET", "/organisations/sources", params={"source": SOURCE, "key": "koege"})

    assert [one["person"]["language"] for _, one in await door.said()] == ["en"]
    assert [(one["language"], one["language_said_by"]) for one in shown["contacts"]] == [("en", SOURCE)]
