"""Every message that was taken in leaves who, when and what changed; what is personal stands apart."""

from typing import Any

import asyncpg
import pytest

from services.membership import storage
from shared.database.pool import Database
from tests.membership.conftest import Door
from tests.support.builders import SOURCE, SYSTEM, appointed, contact, contact_updated, departed, joined, left, updated


async def audit(door: Door, message_id: str) -> dict[str, Any]:
    async with door.database.connection() as conn:
        (entry,) = await storage.audit(
            conn, system=SYSTEM, organisation=(SOURCE, "koege"), message=(SOURCE, message_id), before=None, most=10
        )
    return entry


def fields(entry: dict[str, Any], thing: str, where: str = "changes") -> dict[str, Any]:
    (change,) = [change for change in entry[where] if change["thing"] == thing]
    found: dict[str, Any] = change["fields"]
    return found


async def test_a_member_that_joins_leaves_all_that_is_new(door: Door) -> None:
    message = joined("koege", contact("anna", name="Anna", email="anna@koege.example", title="Formand"))

    await door.take(message)

    entry = await audit(door, message.id)
    assert (entry["system"], entry["message_type"], entry["outcome"]) == (SYSTEM, message.type, "accepted")
    assert fields(entry, "organisation")["town"] == [None, "Køge"]
    assert fields(entry, "organisation")["starts_on"] == [None, "2026-01-01"]
    assert fields(entry, "mandate")["role"] == [None, "contact"]
    assert fields(entry, "person", "personal")["email"] == [None, "anna@koege.example"]
    assert fields(entry, "mandate", "personal") == {"title": [None, "Formand"]}


async def test_nothing_personal_stands_outside_its_own_place(door: Door) -> None:
    who = contact("x1", name="Ærø Ånd", email="pers@koege.example", phone="+45 11 22 33 44", title="Direktør")

    await door.take(joined("koege", who), contact_updated({**who, "phone": "+45 55 66 77 88"}).at(1))

    async with door.database.connection() as conn:
        kept = " ".join(row["changes"] for row in await conn.fetch("SELECT changes::text FROM upstream_messages"))
    assert not [value for value in ("Ånd", "pers@", "+45", "Direktør") if value in kept]
    assert '"phone"' in kept


async def test_only_what_changes_is_named(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), name="Before"))
    renamed, moved = updated("koege", name="After").at(1), contact_updated(contact("anna", email="a@b.example")).at(2)

    await door.take(renamed, moved)

    assert (await audit(door, renamed.id))["changes"][0]["fields"] == {"name": ["Before", "After"]}
    assert fields(await audit(door, moved.id), "person", "personal") == {"email": ["anna@koege.example", "a@b.example"]}


async def test_a_leaving_names_the_mandates_that_it_ends(door: Door) -> None:
    await door.take(joined("koege", contact("anna")), appointed(contact("bo", role="deputy")).at(1))
    message = left("koege", on="2026-02-01", reason="Lukket").at(2)

    await door.take(message)

    entry = await audit(door, message.id)
    ended = [change["fields"] for change in entry["changes"] if change["thing"] == "mandate"]
    assert fields(entry, "organisation") == {"left_on": [None, "2026-02-01"], "reason": [None, "Lukket"]}
    assert ended == [{"ends_on": [None, "2026-02-01"]}] * 2


async def test_what_is_superseded_has_changed_nothing(door: Door) -> None:
    await door.take(joined("koege").at(5))
    message = updated("koege", name="Older").at(1)

    await door.take(message)

    entry = await audit(door, message.id)
    assert (entry["outcome"], entry["changes"], entry["personal"]) == ("superseded", [], [])


async def test_a_departure_of_somebody_who_was_never_appointed_is_kept(door: Door) -> None:
    message = departed("anna", on="2026-02-01").at(3)

    await door.take(joined("koege"), message)

    assert fields(await audit(door, message.id), "appointment") == {"ended_on": [None, "2026-02-01"]}


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE upstream_messages SET changes = '[]'",
        "DELETE FROM upstream_messages",
        "TRUNCATE upstream_messages",
        "UPDATE personal_changes SET fields = '{}'",
    ],
)
async def test_who_runs_the_service_cannot_change_the_audit(door: Door, act: str) -> None:
    await door.take(joined("koege", contact("anna")))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with door.database.transaction() as conn:
            await conn.execute(act)


async def test_what_is_personal_can_be_erased(membership_database: Database, door: Door) -> None:
    message = joined("koege", contact("anna"))
    await door.take(message)

    async with membership_database.transaction() as conn:
        await conn.execute("DELETE FROM personal_changes")

    assert (await audit(door, message.id))["personal"] == []
