"""The checker says what the door does, and changes nothing."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import asyncpg
import pytest

from services.membership import rehearsal, storage, use_cases
from services.membership.drafts import Draft
from services.membership.messages import MOST_OCTETS, Delivery
from services.membership.rehearsal import Fate, Rehearsal
from shared.database.pool import Database, opened
from tests.conftest import DatabaseOf
from tests.membership.broken import OF_REGISTER
from tests.membership.conftest import EVENING, Door, delivery
from tests.membership.test_envelope import GOOD
from tests.membership.test_snapshots import ended, started
from tests.support.builders import (
    SOURCE,
    SYSTEM,
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    joined,
    left,
    updated,
)
from tests.support.systems import let_report

Told = tuple[str | None, str, list[dict[str, str]]]


def draft(message: Message, **changes: Any) -> Draft:
    facts = {"content_type": "application/json", "headers": message.headers, "body": message.body}
    return Draft(**{**facts, **changes})


async def play(database: Database, drafts: Sequence[Draft], system: str = SYSTEM) -> list[Fate]:
    played = Rehearsal(database, system, EVENING)
    await played.play(drafts)
    return played.fates()


async def outcomes(door: Door, *messages: Message) -> list[str]:
    return [fate.outcome for fate in await play(door.database, [draft(message) for message in messages])]


async def test_each_message_finds_what_those_before_it_have_made(door: Door) -> None:
    message = joined("koege", contact("anna")).at(5)

    assert await outcomes(
        door,
        message,
        contact_updated(contact("anna", name="Anna B")).at(6),
        message,
        updated("koege", name="Gammelt navn").at(1),
        departed("anna").at(7),
    ) == ["accepted", "accepted", "accepted", "superseded", "accepted"]


async def test_and_what_the_register_knows_already(door: Door) -> None:
    message = joined("koege").at(5)
    await door.take(message)

    assert await outcomes(door, message, updated("koege").at(1), appointed(contact("anna")).at(6)) == [
        "accepted",
        "superseded",
        "accepted",
    ]


async def test_what_is_read_of_the_register_again_is_as_messages_have_left_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "AT_A_TIME", 1)
    await door.take(joined("koege", contact("anna"), contact("bo")).at(0))

    for later, older in (
        (updated("koege", name="B"), updated("koege", name="A")),
        (contact_updated(contact("anna", name="B")), contact_updated(contact("anna", name="A"))),
        (departed("anna"), departed("anna", on="2026-01-15")),
        (left("koege"), left("koege", on="2026-01-15")),
        (appointed(contact("bo", email="anna@koege.example")), contact_updated(contact("bo", role="chair"))),
    ):
        assert await outcomes(door, later.at(20), older.at(10)) == ["accepted", "superseded"]


async def test_what_comes_too_early_waits_and_says_for_what(door: Door) -> None:
    [fate] = await play(door.database, [draft(appointed(contact("anna"), "ringsted"))])

    assert (fate.outcome, fate.faults[0].field) == ("waiting", "data.organisation_key")


async def test_what_comes_too_early_is_taken_in_when_a_later_one_makes_way(door: Door) -> None:
    assert await outcomes(
        door, contact_updated(contact("anna")).at(6), appointed(contact("anna")).at(5), joined("koege").at(0)
    ) == ["accepted", "accepted", "accepted"]


async def test_what_waits_at_the_door_has_its_effect_too(door: Door) -> None:
    await door.take(appointed(contact("anna")).at(5))

    assert await outcomes(door, joined("koege").at(0), contact_updated(contact("anna")).at(6)) == ["accepted"] * 2


async def test_a_rejected_message_uses_up_no_id(door: Door) -> None:
    broken = draft(GOOD, body=b"{}")

    fates = await play(door.database, [broken, draft(GOOD), broken])

    assert [fate.outcome for fate in fates] == ["rejected", "accepted", "rejected"]
    assert [fate.id for fate in fates] == [GOOD.id] * 3


async def test_a_system_speaks_for_its_own_sources_alone(door: Door, database: DatabaseOf) -> None:
    await let_report(await database("membership"), "erp", "/erp")

    [fate] = await play(door.database, [draft(GOOD)], "erp")

    assert (fate.outcome, fate.faults[0].code, fate.faults[0].expected) == ("rejected", "source_not_allowed", "/erp")


async def test_what_the_broker_refuses_would_not_be_taken_in(door: Door) -> None:
    large = draft(GOOD, body=GOOD.body + b" " * (MOST_OCTETS - len(GOOD.body)))

    fates = await play(door.database, [large, draft(GOOD, body=large.body + b" ")])

    assert [fate.outcome for fate in fates] == ["accepted", "rejected"]
    assert (fates[1].faults[0].field, fates[1].faults[0].reason) == ("body", "has 65,537 bytes")


async def test_no_row_and_no_number_changes_anywhere(door: Door, database: DatabaseOf) -> None:
    await door.take(joined("koege", contact("anna")), appointed(contact("bo"), "ringsted"))
    before = await everything((await database("membership")).owner_url)

    fates = await play(door.database, [draft(message) for message in story(Random(1), 100)])

    assert {fate.outcome for fate in fates} >= {"accepted", "superseded", "waiting"}
    assert await everything((await database("membership")).owner_url) == before


async def test_the_door_need_not_wait_until_a_long_check_is_over(door: Door) -> None:
    message = joined("koege", contact("anna"))
    played = Rehearsal(door.database, SYSTEM, EVENING)

    await played.play([draft(message)])
    await asyncio.wait_for(door.take(message), 5)
    await played.play([draft(message)])

    assert [fate.outcome for fate in played.fates()] == ["accepted", "accepted"]


@pytest.mark.parametrize("at_a_time", [1, 7, 1000])
@pytest.mark.parametrize("seed", range(3))
async def test_the_checker_says_what_the_door_does(
    door: Door, database: DatabaseOf, monkeypatch: pytest.MonkeyPatch, seed: int, at_a_time: int
) -> None:
    monkeypatch.setattr(rehearsal, "AT_A_TIME", at_a_time)
    random = Random(seed)
    await share_lemvig(door, (await database("membership")).owner_url)
    earlier = story(random, 20)
    await door.take(*earlier)
    await door.answers()
    sent = everything_there_is(random)

    told = [
        (fate.id, fate.outcome, [fault.model_dump() for fault in fate.faults])
        for fate in await play(door.database, [Draft(one.content_type, one.headers, one.body) for one in sent])
    ]

    did = [one for one in await done(door, sent) if one[0] not in {message.id for message in earlier}]
    assert sorted(told, key=str) == sorted(did, key=str)
    assert {outcome for _, outcome, _ in told} == {"accepted", "superseded", "waiting", "rejected"}


async def share_lemvig(door: Door, owner_url: str) -> None:
    """Let the register report on an organisation that another system has brought."""
    brought = replace(joined("l1", contact("lone")).at(300), source="/partner")
    async with opened(owner_url) as administration, administration.transaction() as conn:
        await storage.add_system(conn, "partner", EVENING)
        await storage.allow_source(conn, "partner", "/partner")
    await door.take_raw(delivery(brought, EVENING, routing_key="partner.x"))
    async with opened(owner_url) as administration, administration.transaction() as conn:
        await use_cases.share(conn, (SOURCE, "lemvig"), ("/partner", "l1"), EVENING)


def everything_there_is(random: Random) -> list[Delivery]:
    """Mix good messages, some of them on a snapshot and some sent twice, with broken ones."""
    snapshots = [{}, {}, {"ce-snapshot": "A"}, {"ce-snapshot": "B"}]
    sent = [
        delivery(message, EVENING, headers={**message.headers, **random.choice(snapshots)})
        for message in story(random, 60)
    ]
    others = [broken.sent.delivered(EVENING) for broken in random.sample(OF_REGISTER, k=60)]
    others += [delivery(message, EVENING) for message in (started("A"), ended(5, "A"), ended(60, "B"))]
    for one in (*others, *random.choices(sent, k=20)):
        sent.insert(random.randrange(len(sent)), one)
    return sent


def story(random: Random, count: int) -> list[Message]:
    """Make up messages about a few organisations and contacts, most of them right, in no order of time."""
    places = ["koege", "ringsted", "aeroe", "skagen", "lemvig"]
    people = ["anna", "bo", "carl", "dora"]

    def one() -> Message:
        place, who, day = random.choice(places), random.choice(people), random.choice(["2026-01-01", "2026-12-01"])
        someone = contact(who, email=f"{random.choice(people)}@by.example", role=random.choice(["contact", "chair"]))
        made = [
            lambda: joined(place, someone, since=day),
            lambda: updated(place, name=random.choice(["X", "Y"]), kind=random.choice(["association", "guild"])),
            lambda: left(place, on=day),
            lambda: appointed(someone, place, day),
            lambda: contact_updated(someone, place),
            lambda: departed(who, place, day),
        ]
        return random.choices(made, [1, 2, 1, 3, 3, 2])[0]().at(random.randrange(600))

    return [one() for _ in range(count)]


async def done(door: Door, sent: Sequence[Delivery]) -> list[Told]:
    """Have the door take messages in one by one; return what became of each in the end."""
    for one in sent:
        await door.take_raw(one)
    answered = [
        (answer["message_id"], kind.split(".")[1].removeprefix("message_"), answer.get("faults", []))
        for kind, answer in await door.answers()
    ]
    async with door.database.connection() as conn:
        waiting = await conn.fetch("SELECT message_id, faults, times FROM quarantine WHERE state = 'waiting'")
    return answered + [
        (row["message_id"], "waiting", json.loads(row["faults"])) for row in waiting for _ in range(row["times"])
    ]


async def everything(owner_url: str) -> dict[str, Any]:
    """Return every row of every table, and the last number of every sequence."""
    conn = await asyncpg.connect(owner_url)
    try:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'membership' ORDER BY tablename")
        rows = {
            name: sorted(map(str, await conn.fetch(f"SELECT t.*, t.xmin FROM membership.{name} AS t")))
            for (name,) in tables
        }
        numbers = await conn.fetch("SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename")
    finally:
        await conn.close()
    assert rows["organisations"]
    return {**rows, "numbers": [tuple(row) for row in numbers]}
