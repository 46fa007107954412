"""The command that checks a file: what it prints, how it ends, and what it leaves alone."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import DatabaseOf
from tests.membership.conftest import Door
from tests.membership.test_rehearsal import everything
from tests.support.builders import Message, appointed, contact, joined, updated

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a run of the command ended."""

    status: int | None
    lines: list[str]
    errors: str


Check = Callable[..., Awaitable[Ended]]


@pytest.fixture
async def check(door: Door, database: DatabaseOf) -> Check:
    """`await check("-", b"...")` runs the command on a file and standard input."""
    told = {**os.environ, "DATABASE_URL": (await database("membership")).runtime_url}

    async def run(name: str, octets: bytes = b"", system: str = "register", **environment: str) -> Ended:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.membership", "check", name, "--system", system),
            cwd=ROOT,
            env={**told, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await program.communicate(octets)
        return Ended(program.returncode, out.decode().splitlines(), errors.decode())

    return run


def structured(message: Message) -> dict[str, object]:
    return {**{name.removeprefix("ce-"): value for name, value in message.headers.items()}, "data": message.data}


def lines(*messages: Message) -> bytes:
    return b"".join(json.dumps(structured(message)).encode() + b"\n" for message in messages)


async def test_a_file_of_good_messages_ends_with_0_and_changes_nothing(
    check: Check, door: Door, database: DatabaseOf, tmp_path: Path
) -> None:
    await door.take(joined("ringsted"))
    before = await everything((await database("membership")).owner_url)
    first, older = joined("koege", contact("anna")).at(5), updated("koege").at(1)
    (tmp_path / "list.json").write_text(json.dumps([structured(first), structured(older)]))

    ended = await check(str(tmp_path / "list.json"))

    assert ended == Ended(
        0,
        [
            f"     1  accepted    upstream.organisation_joined.v1  {first.id}",
            f"     2  superseded  upstream.organisation_updated.v1  {older.id}",
            "2 messages: 1 accepted, 1 superseded",
        ],
        "",
    )
    assert await everything((await database("membership")).owner_url) == before


async def test_what_would_not_be_taken_in_is_shown_with_every_fault_and_ends_with_1(check: Check) -> None:
    broken = joined("koege", contact("anna", email="anna"), kind="guild", cvr="1")

    ended = await check("-", lines(broken, appointed(contact("bo"), "aeroe")))

    assert ended.status == 1
    assert [line.split()[0] for line in ended.lines[1:3]] == ["data.organisation.cvr", "data.contacts[0].email"]
    assert all(": expected " in line for line in ended.lines[1:3])
    assert ended.lines[3].split()[:2] == ["2", "waiting"]
    assert ended.lines[-1] == "2 messages: 1 rejected, 1 waiting"


async def test_a_csv_file_is_read_as_people_write_it(check: Check) -> None:
    head = "specversion;type;source;id;time;data.organisation_key;data.contact_key;data.on"
    row = "1.0;upstream.contact_departed.v1;/register;m-1;2026-03-02T08:00:00Z;koege;anna;01-02-2026"

    ended = await check("-", f"\ufeff{head}\r\n{row}\r\n".encode())

    assert ended.status == 1
    assert ended.lines[1].split()[0] == "data.on"


async def test_a_message_that_comes_much_later_is_seen_by_those_that_waited_for_it(check: Check) -> None:
    others = [joined(f"by-{number}") for number in range(450)]

    ended = await check("-", lines(appointed(contact("anna")), *others, joined("koege")))

    assert (ended.status, ended.lines[-1]) == (0, "452 messages: 452 accepted")


@pytest.mark.parametrize(
    ("octets", "system", "why"),
    [
        (b"", "register", "There is no message in it."),
        (b"[{]", "register", "It is no JSON in UTF-8"),
        (b"\xff\xfe", "register", "Line 1 is not in UTF-8."),
        (b"{}", "registr", "no system is called registr"),
    ],
)
async def test_what_cannot_be_read_is_said_and_ends_with_2(check: Check, octets: bytes, system: str, why: str) -> None:
    ended = await check("-", octets, system)

    assert (ended.status, ended.lines) == (2, [])
    assert ended.errors.startswith(why)


async def test_a_file_that_is_not_there_ends_with_2(check: Check) -> None:
    ended = await check("/nowhere/list.json")

    assert (ended.status, ended.errors) == (2, "[Errno 2] No such file or directory: '/nowhere/list.json'\n")


async def test_a_database_that_is_away_ends_with_2(check: Check) -> None:
    ended = await check("-", b"{}", DATABASE_URL="postgresql://nobody:nothing@127.0.0.1:9/nowhere")

    assert (ended.status, ended.lines) == (2, [])
    assert "no answer from the database" in ended.errors


async def test_a_terminal_takes_nothing_of_a_message_for_a_command(check: Check) -> None:
    ended = await check("-", b'{"specversion": "1.0", "id": "\\u001b[2J\\u0007", "type": "x\\ny"}')

    assert ended.lines[0] == "     1  rejected    x\ufffdy  \ufffd[2J\ufffd"
