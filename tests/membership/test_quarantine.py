"""What could not be taken in is mended, tried again, put aside and forgotten, and its history tells of it."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from services.membership import many_at_once, storage, use_cases
from services.membership.edits import Edit
from services.membership.messages import Reported
from services.membership.planner import plan
from services.membership.quarantine import OPEN, Act, Selection, Tried
from shared.database.pool import Connection, Database
from shared.errors import Invalid, NotFound
from tests.membership.conftest import EVENING, Door, delivery, kept_messages
from tests.support.builders import Message, appointed, contact, joined, organisation, updated
from tests.support.eventually import eventually

ACCEPTED, SUPERSEDED, REJECTED = (f"upstream.message_{what}.v1" for what in ("accepted", "superseded", "rejected"))


def act(now: datetime = EVENING) -> Act:
    return Act("Bente", now)


async def held(door: Door, message: Message, **changes: Any) -> int:
    """Have a message held for its data; return its id in quarantine. `changes` are those of its delivery."""
    before = {kept.id for kept in await kept_messages(door.database)}
    await door.take_raw(delivery(message, door.now, **{"body": b'{"since": "2026-01-01"}', **changes}))
    await door.answers()
    [new] = {kept.id for kept in await kept_messages(door.database)} - before
    return new


async def edit(door: Door, kept_id: int, data: object, **attributes: str) -> None:
    async with door.database.transaction() as conn:
        await use_cases.edit(conn, kept_id, Edit(attributes, json.dumps(data)), act())


async def replay(door: Door, *kept_ids: int) -> list[Tried]:
    return await many_at_once.replay(door.database, kept_ids, act())


async def dismiss(door: Door, *kept_ids: int) -> list[Tried]:
    return await many_at_once.dismiss(door.database, kept_ids, "Findes ikke mere", act())


async def later(door: Door, **ahead: int) -> None:
    """Have the planner look when some time has passed."""
    await plan(door.database, lambda: door.now + timedelta(**ahead))


async def history(door: Door, kept_id: int) -> list[tuple[str, str | None, str | None]]:
    """Return what happened to a message: `(what, who, note)`."""
    async with door.database.connection() as conn:
        return [(one.what, one.who, one.note) for one in await storage.history(conn, kept_id)]


async def states(door: Door) -> list[str]:
    async with door.database.connection() as conn:
        return [row["state"] for row in await conn.fetch("SELECT state FROM quarantine ORDER BY id")]


async def outcomes(door: Door) -> list[str]:
    return [kind for kind, _ in await door.answers()]


# -- edit and replay


async def test_an_edited_message_is_taken_in_under_its_own_id_and_answered(door: Door) -> None:
    message = joined("koege", contact("anna"))
    kept_id = await held(door, message)

    await edit(door, kept_id, message.data)
    tried = await replay(door, kept_id)

    assert tried == [Tried(kept_id, "accepted")]
    assert await door.members() == {"Koege Handelsstandsforening"}
    assert [(kind, answer["message_id"]) for kind, answer in await door.answers()] == [(ACCEPTED, message.id)]
    assert await history(door, kept_id) == [
        ("kept", None, None),
        ("edited", "Bente", None),
        ("replayed", "Bente", "accepted"),
    ]


async def test_the_message_stays_as_it_came_beside_what_was_made_of_it(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message, body=b"\xff\xfe")

    await edit(door, kept_id, message.data)

    async with door.database.connection() as conn:
        kept = await storage.get_kept(conn, kept_id)
    assert kept
    assert (kept.delivery.body, kept.delivery.headers) == (b"\xff\xfe", message.headers)
    assert json.loads(kept.standing.body)["data"] == message.data


async def test_an_edit_that_is_still_wrong_is_kept_with_what_is_wrong_with_it(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message)

    await edit(door, kept_id, {**message.data, "since": "i går"})
    [tried] = await replay(door, kept_id)

    assert [fault.field for fault in tried.faults] == ["data.since"]
    [kept] = await kept_messages(door.database)
    assert ([fault.field for fault in kept.faults], kept.edited) == (["data.since"], True)
    assert await outcomes(door) == []
    assert [what for what, _, _ in await history(door, kept_id)] == ["kept", "edited", "replay_failed"]


async def test_an_attribute_that_is_missing_is_filled_in(door: Door) -> None:
    message = joined("koege")
    headers = {name: value for name, value in message.headers.items() if name not in ("ce-id", "ce-time")}
    kept_id = await held(door, message, headers=headers)

    await edit(door, kept_id, message.data, id="from-the-secretariat", time="2026-03-02T09:00:00+01:00")
    await replay(door, kept_id)

    [(kind, answer)] = await door.answers()
    assert (kind, answer["message_id"]) == (ACCEPTED, "from-the-secretariat")


@pytest.mark.parametrize("changes", [{"id": "another"}, {"source": "/another"}, {"time": "2026-03-03T09:00:00Z"}])
async def test_an_attribute_that_was_right_stays_what_it_was(door: Door, changes: dict[str, str]) -> None:
    message = joined("koege")
    kept_id = await held(door, message)

    with pytest.raises(Invalid) as refused:
        await edit(door, kept_id, message.data, **changes)

    assert refused.value.field == next(iter(changes))
    assert await states(door) == ["held"]


async def test_a_source_that_a_system_may_not_speak_for_is_none_to_edit(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message, body=message.body, routing_key="erp.x")

    with pytest.raises(Invalid):
        await edit(door, kept_id, message.data, source="/erp")


async def test_what_is_not_json_is_no_edit(door: Door) -> None:
    kept_id = await held(door, joined("koege"))

    with pytest.raises(Invalid) as refused:
        async with door.database.transaction() as conn:
            await use_cases.edit(conn, kept_id, Edit({}, '{"since": '), act())

    assert refused.value.field == "data"


async def test_the_id_of_another_message_is_not_given_away_again(door: Door) -> None:
    taken_in, message = joined("koege"), updated("koege")
    await door.take(taken_in)
    headers = {name: value for name, value in message.headers.items() if name != "ce-id"}
    first, second = [await held(door, message, headers=headers, body=body) for body in (b"{}", b"[]")]
    await edit(door, first, message.data, id="new")

    for used in (taken_in.id, "new"):
        with pytest.raises(Invalid) as refused:
            await edit(door, second, message.data, id=used)
        assert refused.value.field == "id"


async def test_what_was_made_of_a_message_stands_when_it_comes_again(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message, body=b"{}")
    await edit(door, kept_id, message.data)

    await door.take_raw(delivery(message, door.now, body=b"{}"))
    await replay(door, kept_id)

    assert await outcomes(door) == [REJECTED, ACCEPTED, ACCEPTED]


async def test_a_message_that_waits_is_taken_in_as_it_was_edited(door: Door) -> None:
    message = appointed(contact("anna")).at(5)
    await door.take(message)
    await edit(door, 1, {**message.data, "contact": contact("anna", name="Anna Holm")})

    await door.take(joined("koege").at(0))

    async with door.database.connection() as conn:
        assert await conn.fetchval("SELECT name FROM people") == "Anna Holm"
    assert await history(door, 1) == [
        ("kept", None, None),
        ("edited", "Bente", None),
        ("replayed", None, "accepted"),
    ]


async def test_only_an_open_message_is_edited(door: Door) -> None:
    message = joined("koege")
    await dismiss(door, await held(door, message))

    with pytest.raises(use_cases.NotOpen):
        await edit(door, 1, message.data)
    with pytest.raises(NotFound):
        await edit(door, 2, message.data)


# -- nothing comes twice


async def test_a_second_replay_changes_nothing_and_says_so(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message)
    await edit(door, kept_id, message.data)

    first, second = await replay(door, kept_id, kept_id), await replay(door, kept_id)

    assert (first, second) == ([Tried(kept_id, "accepted")], [Tried(kept_id, note="is replayed already")])
    assert await outcomes(door) == [ACCEPTED]


async def test_two_who_replay_the_same_message_at_once_take_it_in_once(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message)
    await edit(door, kept_id, message.data)

    tried = await together(door, message, replay(door, kept_id), replay(door, kept_id))

    assert sorted(str(one.outcome) for [one] in tried) == ["None", "accepted"]
    assert await outcomes(door) == [ACCEPTED]


async def test_a_replay_and_the_repaired_original_at_the_same_moment_are_one(door: Door) -> None:
    for number in range(10):
        message = joined(f"by-{number}")
        kept_id = await held(door, message)
        await edit(door, kept_id, message.data)

        at_once = [replay(door, kept_id), door.take(message)]
        await together(door, message, *(at_once if number % 2 else reversed(at_once)))

    assert sorted(await states(door)) == ["cleared"] * 5 + ["replayed"] * 5
    async with door.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM member_history") == 10


async def test_what_its_system_has_repaired_is_not_replayed_on_top(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message)
    await edit(door, kept_id, message.data)
    await door.take(message)

    assert await replay(door, kept_id) == [Tried(kept_id, note="is cleared already")]
    assert await outcomes(door) == [ACCEPTED]


async def test_a_broken_repetition_of_what_was_taken_in_is_settled_as_known(door: Door) -> None:
    message = joined("koege")
    await door.take(message)
    await door.said()
    kept_id = await held(door, message)
    await edit(door, kept_id, message.data)

    assert await replay(door, kept_id) == [Tried(kept_id, "accepted")]
    assert await door.said() == []


async def test_a_replay_of_what_is_older_than_what_is_known_is_superseded(door: Door) -> None:
    await door.take(joined("koege", name="Køge Handel").at(10))
    message = updated("koege", name="Gammelt Navn").at(5)
    kept_id = await held(door, message)
    await door.answers()
    await edit(door, kept_id, message.data)

    assert await replay(door, kept_id) == [Tried(kept_id, "superseded")]
    assert await outcomes(door) == [SUPERSEDED]


async def test_a_repaired_original_clears_what_was_held_and_the_history_says_so(door: Door) -> None:
    message = joined("koege")
    kept_id = await held(door, message)

    await door.take(message)

    assert await outcomes(door) == [ACCEPTED]
    assert await history(door, kept_id) == [("kept", None, None), ("cleared", None, None)]


async def test_what_another_system_has_forged_is_not_cleared_by_the_original(door: Door) -> None:
    message = joined("koege")
    await door.take_raw(delivery(message, door.now, routing_key="erp.x"))
    await outcomes(door)

    await door.take(message)

    assert await outcomes(door) == [ACCEPTED]
    assert await states(door) == ["held"]


async def test_what_still_waits_when_its_repaired_original_is_taken_in_is_answered_like_that(door: Door) -> None:
    early = updated("køge", name="Køge")
    await door.take(early, joined("koege").at(-5))
    await door.answers()
    await door.take(replace(early, data={"organisation": organisation("koege", name="Køge Handel")}))

    await later(door, minutes=11)

    assert await outcomes(door) == [ACCEPTED, ACCEPTED]
    assert await history(door, 1) == [("kept", None, None), ("cleared", None, None)]


# -- many at once


async def test_messages_make_way_for_each_other_when_they_are_replayed_together(door: Door) -> None:
    messages = [appointed(contact("anna")).at(5), joined("koege").at(0)]
    for message in messages:
        await edit(door, await held(door, message), message.data)

    tried = await replay(door, 1, 2)

    assert [one.outcome for one in tried] == ["accepted", "accepted"]
    assert await door.mandates() == {("Koege Handelsstandsforening", "anna@koege.example", "contact")}


async def test_everything_that_matches_is_replayed_once_its_source_is_registered(
    door: Door, registrar: Database
) -> None:
    messages = [replace(joined(f"by-{number}"), source="/other") for number in range(1_200)]
    await door.take(*messages, joined("koege", kind="guild"))
    async with registrar.transaction() as conn:
        await storage.allow_source(conn, "register", "/other")

    selection = Selection(field="source", code="source_not_allowed")
    tried = await many_at_once.replay(door.database, await many_at_once.matching(door.database, selection), act())

    assert [one.outcome for one in tried] == ["accepted"] * 1_200
    assert (await states(door)).count("held") == 1
    assert len(await door.members()) == 1_200


async def fail_at_once(conn: Connection) -> None:
    raise ZeroDivisionError


async def fail_at_the_end(conn: Connection) -> None:
    """Break what is looked at when the transaction ends: two people with one address."""
    await conn.execute(
        """
        INSERT INTO people (id, name, email, language, version)
        SELECT gen_random_uuid(), 'Anna', 'anna@koege.example', 'da', 1
          FROM generate_series(1, 2)
        """
    )


@pytest.mark.parametrize("fail", [fail_at_once, fail_at_the_end])
async def test_one_that_we_fail_on_undoes_no_other(door: Door, fail: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [joined("a"), joined("b", name="Uheld"), joined("c"), joined("d")]
    for message in messages:
        await edit(door, await held(door, message), message.data)
    load = storage.load

    async def fail_on_one(conn: Connection, group: Sequence[Reported], *rest: Any) -> Any:
        if any("Uheld" in str(one.message) for one in group):
            await fail(conn)
        return await load(conn, group, *rest)

    monkeypatch.setattr(storage, "load", fail_on_one)
    tried = await replay(door, 1, 2, 3, 4)

    assert [one.outcome for one in tried] == ["accepted", None, "accepted", "accepted"]
    assert "we failed on it" in str(tried[1].note)
    assert await states(door) == ["replayed", "held", "replayed", "replayed"]
    assert [what for what, _, _ in await history(door, 2)] == ["kept", "edited", "replay_failed"]


async def test_an_unknown_message_is_named_among_the_others(door: Door) -> None:
    kept_id = await held(door, joined("koege"))

    replayed, dismissed = await replay(door, 99), await dismiss(door, 99, kept_id)

    assert replayed == [Tried(99, note="there is no such message")]
    assert dismissed == [Tried(99, note="there is no such message"), Tried(kept_id, "dismissed")]


# -- dismiss


async def test_what_is_dismissed_is_not_answered_and_can_be_seen_later(door: Door) -> None:
    kept_id = await held(door, joined("koege"))

    assert await dismiss(door, kept_id) == [Tried(kept_id, "dismissed")]

    assert (await outcomes(door), await door.said()) == ([], [])
    assert await kept_messages(door.database) == []
    assert await history(door, kept_id) == [("kept", None, None), ("dismissed", "Bente", "Findes ikke mere")]
    async with door.database.connection() as conn:
        found, _ = await storage.selected_messages(conn, Selection(("dismissed",)), most=10)
    assert [one.id for one in found] == [kept_id]


async def test_what_waits_is_not_dismissed_for_it_has_not_been_answered(door: Door) -> None:
    await door.take(appointed(contact("anna")))

    assert await dismiss(door, 1) == [Tried(1, note="is waiting, not held")]
    assert await states(door) == ["waiting"]


async def test_what_was_dismissed_and_comes_again_is_kept_anew(door: Door) -> None:
    message = joined("koege", kind="guild")
    await door.take(message)
    await dismiss(door, 1)

    await door.take(message)

    assert await states(door) == ["dismissed", "held"]


# -- lists and histories


async def test_messages_are_found_by_system_reason_age_and_state(door: Door) -> None:
    wrong = contact("anna", email="anna")
    await door.take(joined("a", kind="guild"), joined("b", contact("bo"), wrong), joined("c", wrong))
    door.now += timedelta(hours=5)
    await door.take_raw(delivery(joined("d"), door.now, routing_key="erp.x"))
    await dismiss(door, 1)

    async def found(**wanted: Any) -> list[int]:
        async with door.database.connection() as conn:
            messages, total = await storage.selected_messages(conn, Selection(**wanted), most=10)
        assert total == len(messages)
        return [one.id for one in messages]

    assert await found() == [2, 3, 4]
    assert await found(system="erp") == [4]
    assert await found(field="data.contacts[].email") == [2, 3]
    assert await found(code="source_not_allowed") == [4]
    assert await found(field="source", code="email") == []
    assert await found(received_before=EVENING + timedelta(hours=1)) == [2, 3]
    assert await found(states=("dismissed",)) == [1]


async def test_a_list_comes_in_pages_that_say_how_many_there_are(door: Door) -> None:
    await door.take(*(joined(f"by-{number}", kind="guild") for number in range(5)))

    async with door.database.connection() as conn:
        page, total = await storage.selected_messages(conn, Selection(OPEN), most=2, skip=2)

    assert ([one.id for one in page], total) == ([3, 4], 5)


async def test_open_messages_are_counted_by_system_and_reason(door: Door) -> None:
    wrong = contact("anna", email="anna")
    await door.take(joined("a", kind="guild"), joined("b", contact("bo"), wrong), joined("c", wrong))
    await door.take_raw(delivery(joined("d"), door.now, routing_key="erp.x"))

    async with door.database.connection() as conn:
        counted = [(one.system, one.field, one.code, one.messages) for one in await storage.reasons(conn)]

    assert counted == [
        ("register", "data.contacts[].email", "email", 2),
        ("erp", "source", "source_not_allowed", 1),
        ("register", "data.organisation.kind", "unknown_kind", 1),
    ]


async def test_the_history_tells_of_waiting_giving_up_and_coming_again(door: Door) -> None:
    message = appointed(contact("anna"))
    await door.take(message)
    await later(door, minutes=11)
    for minutes in (20, 30, 90):
        await door.take_raw(delivery(message, EVENING + timedelta(minutes=minutes)))

    told = await history(door, 1)

    assert [what for what, _, _ in told] == ["kept", "given_up", "came_again", "came_again"]
    [kept] = await kept_messages(door.database)
    assert kept.times == 3


async def test_a_message_that_came_several_times_in_one_group_is_one_and_counted(door: Door) -> None:
    message = joined("koege", kind="guild")

    await door.take(message, joined("ringsted", kind="guild"), message)

    assert [kept.times for kept in await kept_messages(door.database)] == [2, 1]
    assert await outcomes(door) == [REJECTED] * 3


@pytest.mark.parametrize("change", ["UPDATE quarantine_history SET who = 'nobody'", "DELETE FROM quarantine_history"])
async def test_the_service_cannot_change_the_history(door: Door, change: str) -> None:
    await held(door, joined("koege"))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with door.database.transaction() as conn:
            await conn.execute(change)


async def test_what_was_settled_is_removed_after_a_year_with_its_history(door: Door) -> None:
    for key in ("a", "b"):
        await held(door, joined(key), body=key.encode())
    await dismiss(door, 1)

    await later(door, days=365)
    kept = await states(door)
    await later(door, days=366)

    assert (kept, await states(door)) == (["dismissed", "held"], ["held"])
    assert (await history(door, 1), len(await history(door, 2))) == ([], 1)


async def together(door: Door, message: Message, *acts: Coroutine[Any, Any, Any]) -> list[Any]:
    """Have acts about an organisation begin, in this order, and wait for it, before any of them goes on."""
    begun = []
    async with door.database.transaction() as conn:
        await storage.lock_organisations(conn, {(message.source, message.data["organisation"]["key"])})
        for number, act in enumerate(acts, start=1):
            begun.append(asyncio.create_task(act))
            await eventually(partial(so_many_wait, door, number))
    return list(await asyncio.gather(*begun))


async def so_many_wait(door: Door, count: int) -> bool:
    async with door.database.connection() as conn:
        waiting = await conn.fetchval(
            """
            SELECT count(*)
              FROM pg_locks
             WHERE locktype = 'advisory'
               AND NOT granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        )
    return bool(waiting == count)
