"""The reply journal outlives a process that is killed, and only what the database does not know is taken from it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.notifications.sending import journal as journal_module
from services.notifications.sending.journal import Journal, NotWritable, Taken
from tests.notifications.conftest import Invited, Service
from tests.notifications.far_server import FarServer
from tests.support.eventually import eventually

AT = datetime(2026, 9, 1, 8, 0, 0, 250_000, tzinfo=UTC)
ANNA = "anna@koege.example"


def taken(email_id: int) -> Taken:
    return Taken(email_id, f"<{email_id}@mail.example>", AT, "250 2.0.0 taken as 1A2B")


def test_what_is_written_is_read_at_the_next_start_but_for_a_line_that_was_cut_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "sender 1/æ")
    journal.open()
    journal.write(taken(1))
    journal.write(taken(2))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b"3 <3@mail.exa")

    assert Journal(tmp_path, "sender 1/æ").open() == [taken(1), taken(2)]
    assert Journal(tmp_path, "sender 2").open() == []


def test_a_file_goes_once_the_database_knows_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "FULL_OCTETS", 100)
    journal = Journal(tmp_path, "sender-1")
    journal.open()
    kept = [journal.write(taken(n)) for n in range(6)]
    files = len(list(tmp_path.iterdir()))

    for number in kept[:-1]:
        journal.recorded(number)

    assert files == 3
    assert Journal(tmp_path, "sender-1").open() == [taken(4), taken(5)]
    journal.recorded(kept[-1])
    assert Journal(tmp_path, "sender-1").open() == []


def test_spoiled_lines_hide_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "sender-1")
    journal.open()
    journal.write(taken(1))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(b"\0" * 40 + whole + b"12 <12@m" + whole + b"\xff\n" + whole)

    with capture_logs() as lines:
        found = Journal(tmp_path, "sender-1").open()

    assert found == [taken(1)]
    assert [line["lines"] for line in lines] == [3]


def test_what_does_not_fit_on_the_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, really_write = Journal(tmp_path, "sender-1"), os.write
    journal.open()
    journal.write(taken(1))
    monkeypatch.setattr(os, "write", lambda file, line: really_write(file, line[:10]))
    with pytest.raises(OSError, match="No space left"):
        journal.write(taken(2))
    monkeypatch.undo()
    journal.write(taken(3))

    assert Journal(tmp_path, "sender-1").open() == [taken(1), taken(3)]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotWritable, match=r"/file cannot be used \(.+\): set JOURNAL_DIR"):
        Journal(tmp_path / "file", "sender-1").open()


async def test_nothing_is_mailed_without_a_journal(service: Service, invited: Invited, server: FarServer) -> None:
    service.journals.touch()
    delivery = service.delivery(server)
    await delivery.start()

    async def journal_is_missed() -> bool:
        return "set JOURNAL_DIR" in str(await delivery.trouble())

    await eventually(journal_is_missed)
    await delivery.stop()
    assert server.accepted == []


@pytest.mark.parametrize("after", ["restart", "lease"])
async def test_what_the_far_server_took_before_a_crash_is_sent_and_not_repeated(
    service: Service, invited: Invited, server: FarServer, after: str
) -> None:
    (email_id, message_id) = await crash_after_the_reply(service, "sender-1")
    if after == "lease":
        service.later(timedelta(hours=1))

    await service.deliver(server, "sender-1" if after == "restart" else "sender-2")

    _, invitation = await service.emails()
    assert server.to(ANNA) == []
    assert (invitation["id"], invitation["message_id"]) == (email_id, message_id)
    assert (invitation["state"], invitation["reply"], invitation["sent_at"]) == ("sent", "250 2.0.0 taken as 1A2B", AT)


async def test_a_journal_of_another_database_marks_nothing(
    service: Service, invited: Invited, server: FarServer
) -> None:
    await crash_after_the_reply(service, "sender-1", message_id="<another@mail.example>")

    await service.deliver(server)

    assert len(server.to(ANNA)) == 1


async def crash_after_the_reply(service: Service, sender: str, message_id: str | None = None) -> tuple[int, str]:
    """Leave the invitation as a sender leaves it that is killed once it has written the reply to its journal."""
    _, invitation = await service.emails()
    async with service.database.connection() as conn:
        await conn.execute(
            "UPDATE emails SET state = 'sending', attempts = 1, sender = $1, lease_until = $2 WHERE id = $3",
            sender,
            service.now + timedelta(minutes=40),
            invitation["id"],
        )
    journal = Journal(service.journals, sender)
    journal.open()
    reply = "250 2.0.0 taken as 1A2B"
    journal.write(Taken(invitation["id"], message_id or invitation["message_id"], AT, reply))
    journal.close()
    return invitation["id"], invitation["message_id"]
