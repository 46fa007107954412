"""The secretariat sees beside a contact that mail to their address is refused, until it is so no longer."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from shared.contracts.notifications import AddressUnreachable
from tests.membership.conftest import Door, ask
from tests.membership.test_own_languages import hear
from tests.support.builders import SOURCE, contact, contact_updated, joined

SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def unreachable(address: str, *, ended_at: datetime | None = None) -> AddressUnreachable:
    return AddressUnreachable(
        correlation_id="mail",
        suppression_id=UUID(int=7),
        address_digest=hashlib.sha256(address.encode()).hexdigest(),
        people=(),
        reason="no_such_address",
        since=SINCE,
        until=SINCE + timedelta(days=90),
        ended_at=ended_at,
        ended_how="undone" if ended_at else None,
        version=2 if ended_at else 1,
    )


async def shown(api: httpx.AsyncClient) -> list[tuple[Any, Any]]:
    """Return what is shown of Anna and Bo: since when mail is refused, and why."""
    told = await ask(api, "GET", "/organisations/sources", params={"source": SOURCE, "key": "koege"})
    return [(one["mail_refused_since"], one["mail_refused_because"]) for one in told["contacts"]]


async def test_it_is_shown_of_who_has_the_address_until_they_have_another(door: Door, api: httpx.AsyncClient) -> None:
    await door.take(joined("koege", contact("anna", email="Anna@koege.example"), contact("bo", role="deputy")))
    refused = (SINCE.isoformat().replace("+00:00", "Z"), "no_such_address")

    await hear(door, unreachable("anna@koege.example"))
    before = await shown(api)
    (listed,) = (await ask(api, "GET", "/unreachable"))["unreachable"]
    await door.take(contact_updated(contact("anna", email="anna@ny.example")).at(60))
    after = await shown(api)

    assert before == [refused, (None, None)]
    assert (listed["name"], listed["email"], listed["organisations"], listed["contacts"]) == (
        "Anna",
        "Anna@koege.example",
        ["Koege Handelsstandsforening"],
        ["/register anna"],
    )
    assert await ask(api, "GET", "/unreachable") == {"unreachable": []}
    assert after == [(None, None), (None, None)]


async def test_it_is_shown_no_more_once_it_has_ended_in_whatever_order_that_is_heard(
    door: Door, api: httpx.AsyncClient
) -> None:
    await door.take(joined("koege", contact("anna"), contact("bo", role="deputy")))
    ended = unreachable("anna@koege.example", ended_at=SINCE + timedelta(days=1))

    await hear(door, ended)
    await hear(door, unreachable("anna@koege.example"))

    assert await shown(api) == [(None, None), (None, None)]
