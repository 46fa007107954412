"""What the register becomes, and what is said and answered, when messages come through the door."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.membership import use_cases
from services.membership.planner import plan
from services.membership.quarantine import Act
from tests.membership.conftest import Door, delivery
from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    joined,
    left,
    updated,
)


def kinds(said: list[tuple[str, dict[str, object]]]) -> list[str]:
    return [kind.split(".")[1] for kind, _ in said]


async def test_a_join_makes_a_member_and_each_contact_its_mandate(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), contact("bo", role="deputy")))

    assert await door.members() == {"Koege Handelsstandsforening"}
    assert await door.mandates() == {
        ("Koege Handelsstandsforening", "anna@koege.example", "contact"),
        ("Koege Handelsstandsforening", "bo@koege.example", "deputy"),
    }
    assert kinds(await door.said()) == [
        "member_joined",
        "person_updated",
        "mandate_started",
        "person_updated",
        "mandate_started",
    ]


async def test_a_message_that_comes_again_changes_nothing_and_is_answered_the_same(door: Door) -> None:
    message = joined("koege", contact("anna"))
    await door.take(message)
    first = await door.answers()

    await door.take(message, message)

    again = await door._outbox()
    assert [body for _, _, body in again] == [body for _, body in first] * 2


async def test_an_older_message_changes_nothing_and_is_superseded(door: Door) -> None:
    await door.take(joined("koege", name="Køge Handel").at(10))
    await door.said()

    await door.take(updated("koege", name="Gammelt Navn").at(5))

    assert await door.members() == {"Køge Handel"}
    assert kinds(await door.answers()) == ["message_superseded"]


async def test_of_two_at_the_same_time_the_larger_id_wins(door: Door) -> None:
    await door.take(joined("koege"))
    await door.take(
        replace(updated("koege", name="B").at(1), id="b"), replace(updated("koege", name="A").at(1), id="a")
    )

    assert await door.members() == {"B"}


async def test_a_departure_brings_nobody_back_when_the_appointment_comes_late(door: Door) -> None:
    await door.take(joined("koege", contact("anna")).at(0), departed("bo").at(20))

    await door.take(appointed(contact("bo")).at(10))

    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_who_leaves_takes_every_older_mandate_along_and_joining_again_revives_none(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), contact("bo")).at(0))

    await door.take(left("koege").at(10), joined("koege", contact("bo")).at(20))

    assert await door.members() == {"Koege Handelsstandsforening"}
    assert await door.mandates() == {("Koege Handelsstandsforening", "bo@koege.example", "contact")}


async def test_a_leaving_announced_ahead_brings_nobody_back_who_departed(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), contact("bo")).at(0), departed("anna", on="2026-02-01").at(10))

    await door.take(left("koege", on="2026-12-01").at(20))

    assert await door.mandates() == {("Koege Handelsstandsforening", "bo@koege.example", "contact")}


async def test_a_departure_counts_though_the_leaving_is_newer(door: Door) -> None:
    await door.take(joined("koege", contact("anna")).at(0), left("koege", on="2026-12-01").at(20))

    await door.take(departed("anna", on="2026-02-01").at(10))

    assert await door.mandates() == set()


async def test_who_leaves_later_than_first_said_keeps_those_who_act_for_it(door: Door) -> None:
    await door.take(joined("koege", contact("anna")).at(0))
    await door.take(left("koege", on="2026-02-01").at(10))

    await door.take(left("koege", on="2026-12-01").at(20))

    assert await door.members() == {"Koege Handelsstandsforening"}
    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_an_appointment_older_than_the_leaving_starts_nothing(door: Door) -> None:
    await door.take(joined("koege").at(0), left("koege").at(10), joined("koege").at(20))

    await door.take(appointed(contact("anna")).at(5))

    assert await door.mandates() == set()


async def test_what_comes_before_its_organisation_waits_for_it(door: Door) -> None:
    await door.take(appointed(contact("anna")).at(5), contact_updated(contact("anna", name="Anna B")).at(6))
    assert await door.answers() == []

    await door.take(joined("koege").at(0))

    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}
    assert kinds(await door.answers()) == ["message_accepted"] * 3


async def test_what_comes_before_its_organisation_in_the_same_group_is_taken_in_with_it(door: Door) -> None:
    await door.take(
        contact_updated(contact("anna", name="Anna B")).at(6),
        appointed(contact("anna")).at(5),
        appointed(contact("anna"), "ringsted").at(5),
        joined("koege").at(0),
    )

    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}
    assert kinds(await door.answers()) == ["message_accepted"] * 3


@pytest.mark.parametrize("news", [appointed(contact("bo")), departed("bo"), joined("koege", contact("bo"))])
async def test_what_comes_before_its_contact_waits_until_the_contact_is_known(door: Door, news: Message) -> None:
    await door.take(joined("koege").at(0), contact_updated(contact("bo")).at(20))
    before = await door.answers()

    await door.take(news.at(10))

    assert kinds(before) == ["message_accepted"]
    assert kinds(await door.answers()) == ["message_accepted"] * 2


async def test_each_time_that_a_message_came_too_early_is_answered_once_it_is_taken_in(door: Door) -> None:
    news = contact_updated(contact("bo")).at(20)
    await door.take(joined("koege").at(0), news, news)
    before = await door.answers()

    await door.take(news, appointed(contact("bo")).at(10), news)

    assert kinds(before) == ["message_accepted"]
    assert kinds(await door.answers()) == ["message_accepted"] * 5


async def test_what_waits_too_long_is_held_and_answered(door: Door) -> None:
    await door.take(appointed(contact("anna")))

    await plan(door.database, lambda: door.now.replace(hour=21))

    [(kind, answer)] = await door.answers()
    assert kind == "upstream.message_rejected.v1"
    assert answer["faults"][0]["field"] == "data.organisation_key"


async def test_what_was_given_up_is_answered_each_time_it_comes_again(door: Door) -> None:
    message = appointed(contact("anna")).at(5)
    for hour in (21, 22):
        await door.take(message)
        await plan(door.database, lambda hour=hour: door.now.replace(hour=hour))  # type: ignore[misc]
        assert kinds(await door.answers()) == ["message_rejected"]


async def test_what_was_given_up_waits_again_when_it_comes_again(door: Door) -> None:
    message = appointed(contact("anna")).at(5)
    await door.take(message)
    await plan(door.database, lambda: door.now.replace(hour=21))
    await door.take(message)

    await door.take(joined("koege").at(0))

    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_a_replayed_join_takes_in_what_waits_for_it(door: Door) -> None:
    await door.take(joined("koege", kind="guild").at(0), appointed(contact("anna")).at(5))

    async with door.database.transaction() as conn:
        await conn.execute("INSERT INTO organisation_kinds (kind) VALUES ('guild')")
        await use_cases.replay(conn, [1], Act("Bente", door.now))

    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}
    assert kinds(await door.answers()) == ["message_rejected", "message_accepted", "message_accepted"]


async def test_a_held_message_is_taken_in_when_it_is_replayed(door: Door) -> None:
    await door.take(appointed(contact("anna")).at(5))
    await plan(door.database, lambda: door.now.replace(hour=21))
    await door.take(joined("koege").at(0))

    async with door.database.transaction() as conn:
        [tried] = await use_cases.replay(conn, [1], Act("Bente", door.now))

    assert tried.outcome == "accepted"
    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_a_repaired_original_is_accepted_and_clears_what_was_held(door: Door) -> None:
    message = joined("koege")
    await door.take_raw(delivery(message, door.now, body=b'{"since": "2026-01-01"}'))
    await door.answers()

    await door.take(message)

    assert kinds(await door.answers()) == ["message_accepted"]
    async with door.database.connection() as conn:
        assert await conn.fetchval("SELECT state FROM quarantine") == "cleared"


async def test_a_coming_term_begins_and_ends_at_midnight_in_copenhagen(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), since="2026-03-05"), departed("anna", on="2026-03-10").at(1))
    assert kinds(await door.said()) == ["person_updated"]

    await plan(door.database, lambda: datetime(2026, 3, 4, 22, 59, tzinfo=UTC))
    too_soon = await door.said()
    await plan(door.database, lambda: datetime(2026, 3, 4, 23, 0, tzinfo=UTC))
    begun = await door.said()
    await plan(door.database, lambda: datetime(2026, 3, 9, 23, 0, tzinfo=UTC))
    ended = await door.said()

    assert kinds(too_soon) == []
    assert kinds(begun) == ["member_joined", "mandate_started"]
    assert kinds(ended) == ["mandate_ended"]


async def test_one_address_is_one_person_with_several_mandates(door: Door) -> None:
    await door.take(
        joined("koege", contact("anna", email="anna@fælles.dk")),
        joined("ringsted", contact("a.b", email="Anna@FÆLLES.dk")),
    )

    async with door.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM people") == 1
    assert len(await door.mandates()) == 2


async def test_a_new_free_address_changes_the_person(door: Door) -> None:
    await door.take(joined("koege", contact("anna")).at(0))
    before = await door.said()

    await door.take(contact_updated(contact("anna", email="ny@koege.example")).at(1))

    [(kind, said)] = await door.said()
    assert kind == "membership.person_updated.v1"
    assert said["person"]["id"] == before[1][1]["person"]["id"]
    assert said["version"] == 2


async def test_a_free_address_makes_a_new_person_where_other_keys_point_to_the_old(door: Door) -> None:
    await door.take(joined("koege", contact("anna")), joined("ringsted", contact("bo", email="anna@koege.example")))
    await door.said()

    await door.take(contact_updated(contact("bo", email="bo@ringsted.example"), "ringsted").at(1))

    assert kinds(await door.said()) == ["person_updated", "person_updated", "mandate_started", "mandate_ended"]
    assert await door.mandates() == {
        ("Koege Handelsstandsforening", "anna@koege.example", "contact"),
        ("Ringsted Handelsstandsforening", "bo@ringsted.example", "contact"),
    }


async def test_another_persons_address_moves_the_mandates_to_that_person(door: Door) -> None:
    await door.take(joined("koege", contact("anna"), contact("bo")))
    await door.said()

    await door.take(contact_updated(contact("bo", email="anna@koege.example")).at(1))

    assert kinds(await door.said()) == ["person_updated", "mandate_started", "mandate_ended"]
    async with door.database.connection() as conn:
        assert await conn.fetchval("SELECT count(DISTINCT person_id) FROM mandates WHERE said") == 1


async def test_a_new_title_is_the_same_mandate_and_a_new_role_another(door: Door) -> None:
    await door.take(joined("koege", contact("anna")))
    await door.said()

    await door.take(contact_updated(contact("anna", title="Citychef")).at(1))
    titled = await door.said()
    await door.take(contact_updated(contact("anna", title="Citychef", role="chair")).at(2))
    promoted = await door.said()

    assert kinds(titled) == ["mandate_started"]
    assert kinds(promoted) == ["mandate_started", "mandate_ended"]
    assert promoted[1][1]["mandate"]["id"] == titled[0][1]["mandate"]["id"]


async def test_a_source_of_another_system_is_refused_with_that_reason(door: Door) -> None:
    await door.take_raw(delivery(joined("koege"), door.now, routing_key="erp.x"))

    [(kind, answer)] = await door.answers()
    assert kind == "upstream.message_rejected.v1"
    assert (answer["faults"][0]["field"], answer["faults"][0]["code"]) == ("source", "source_not_allowed")
    assert await door.members() == set()
