"""A database that was restored from a backup mails nothing that was due before, until an operator decides."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.notifications import use_cases
from services.notifications.metrics import queue_look
from services.notifications.sending.restoring import Known, Memory, is_restored
from services.notifications.use_cases import NothingHeldBack
from shared.database.pool import DatabaseAway
from tests.notifications.builders import NOW, MeetingStory, person_updated
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer
from tests.support.databases import Databases
from tests.support.eventually import eventually

ANNA = "anna@koege.example"
HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
LONG_AGO = NOW - timedelta(hours=1)


def known(name: str = "mine", volume: UUID = HERE, beats: int = 7, seen_at: datetime = LONG_AGO) -> Known:
    return Known(name, volume, beats, seen_at)


def test_a_sender_that_goes_on_where_it_was_is_let_go_on() -> None:
    assert not is_restored("mine", [known()], HERE, 7, NOW)
    assert not is_restored("mine", [known(beats=8)], HERE, 7, NOW)


def test_a_database_that_knows_less_than_the_volume_is_an_older_one() -> None:
    assert is_restored("mine", [known(beats=6)], HERE, 7, NOW)
    assert is_restored("mine", [], HERE, 7, NOW)


def test_a_known_sender_with_a_fresh_volume_may_have_a_restored_database() -> None:
    assert is_restored("mine", [known(volume=ELSEWHERE)], HERE, None, NOW)


def test_a_new_sender_is_let_in_by_a_new_database_a_volume_that_is_known_or_another_that_lives() -> None:
    assert not is_restored("mine", [], HERE, None, NOW)
    assert not is_restored("mine", [known("other")], HERE, None, NOW)
    assert not is_restored("mine", [known("other", ELSEWHERE, seen_at=NOW)], HERE, None, NOW)
    assert is_restored("mine", [known("other", ELSEWHERE)], HERE, None, NOW)


def test_a_volume_that_lost_its_memory_in_a_power_cut_says_nothing_against_the_database(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "mine")
    volume, nothing = memory.read()
    memory.keep(7)

    (tmp_path / "mine.beats").write_bytes(b"")

    assert nothing is None
    assert Memory(tmp_path, "mine").read() == (volume, None)
    assert {path.name for path in tmp_path.iterdir()} == {"volume", "mine.beats"}


@pytest.mark.parametrize("volume", ["kept", "lost"])
async def test_what_was_due_before_a_restore_waits_and_what_comes_after_goes_out(
    service: Service, invited: Invited, server: FarServer, volume: str
) -> None:
    await begin_once(service)
    async with restored(service):
        await service.deliver(server)
    if volume == "lost":
        shutil.rmtree(service.journals)
    server.accepted.clear()

    await service.deliver(server)
    before = list(server.accepted)
    await service.hear(person_updated(other := uuid4(), "bo@koege.example"), MeetingStory().issued(other))
    await service.deliver(server)

    (finding,) = [found for found in await queue_look(service.database, service.clock)() if not found.well]
    assert before == []
    assert [address for address, _ in server.accepted] == ["bo@koege.example"]
    assert finding.subject == "e-mails are held back"
    assert finding.words.startswith("1 e-mails were due before the database was restored")


async def test_a_sender_that_goes_on_notices_a_fail_over_to_a_database_that_lags(
    service: Service, invited: Invited, server: FarServer, databases: Databases
) -> None:
    *_, before = await service.emails()
    delivery = service.delivery(server)
    await delivery.start()
    await eventually(lambda: has_heard_that_it_is_recorded(service))

    await fail_over(service, databases)

    async def is_held_back() -> bool:
        with suppress(DatabaseAway):  # for a moment
            *_, invitation = await service.emails()
            return bool(invitation["next_attempt_at"] > before["next_attempt_at"])
        return False

    await eventually(is_held_back)
    await delivery.stop()
    assert len(server.to(ANNA)) == 1


async def test_an_operator_releases_what_is_held_back_or_dismisses_it(
    service: Service, invited: Invited, server: FarServer
) -> None:
    async with restored(service):
        await service.deliver(server)
    server.accepted.clear()
    await service.deliver(server)

    async with service.database.transaction() as conn:
        released = await use_cases.release_held_back(conn, service.now)
    await service.deliver(server)
    async with service.database.transaction() as conn:
        with pytest.raises(NothingHeldBack):
            await use_cases.dismiss_held_back(conn)

    assert released == 1
    assert len(server.to(ANNA)) == 1


async def begin_once(service: Service) -> None:
    """Have a sender begin and end while its mail server is away."""
    delivery = service.delivery(FarServer(port=1))
    await delivery.start()

    async def has_begun() -> bool:
        return "the mail server is away" in str(await delivery.trouble())

    await eventually(has_begun)
    await delivery.stop()


@asynccontextmanager
async def restored(service: Service) -> AsyncIterator[None]:
    """Undo at the end of the block what became of e-mails and senders within: as a backup from before has it."""
    async with service.database.connection() as conn:
        emails = await conn.fetch("SELECT * FROM emails")
        senders = await conn.fetch("SELECT * FROM senders")
    yield
    async with service.database.transaction() as conn:
        await conn.execute("DELETE FROM deliveries")
        for table, rows in (("emails", emails), ("senders", senders)):
            await conn.execute(f"DELETE FROM {table}")
            if rows:
                await conn.copy_records_to_table(table, columns=list(rows[0].keys()), records=map(tuple, rows))


async def has_heard_that_it_is_recorded(service: Service) -> bool:
    """Say whether nothing is due, and nothing is in the journal any more."""
    return await service.nothing_due() and not any(path.stat().st_size for path in service.journals.glob("*.journal"))


async def fail_over(service: Service, databases: Databases) -> None:
    """Undo what was recorded of the e-mail that was sent last, and end every connection at that moment."""
    async with service.database.connection() as conn:
        name, schema = await conn.fetchrow("SELECT current_database(), current_schema()") or ("", "")
    server = databases.admin_url.rpartition("/")[0]
    admin = await asyncpg.connect(f"{server}/{name}", server_settings={"search_path": schema})
    async with admin.transaction():
        await admin.execute("LOCK TABLE senders")
        await admin.execute("UPDATE senders SET beats = 0")
        await admin.execute(
            "UPDATE emails SET state = 'queued', attempts = 0, sent_at = NULL WHERE sent_at IS NOT NULL"
        )
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            name,
        )
    await admin.close()
