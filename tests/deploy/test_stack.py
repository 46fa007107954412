"""The local stack as a whole: what it says of itself, and what it does when a part of it ends."""

import asyncio
import importlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
import httpx
import psutil
import pytest

from deploy.local.errors import CannotStart
from deploy.local.outside import Outside
from deploy.local.services import PARTS
from deploy.local.stack import Stack
from tests.support.broker import Broker
from tests.support.databases import Databases
from tests.support.processes import started_in
from tests.support.stack import stack_on

ROOT = Path(__file__).parents[2]
EVERY_PART = [(service, part) for service in PARTS for part in PARTS[service]]


@pytest.fixture(scope="module")
async def stack(
    databases: Databases, session_broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """One stack for the tests of this module."""
    folder = tmp_path_factory.mktemp("stack") / "run"
    async with stack_on(databases, session_broker, folder) as running:
        yield running
    assert described(folder)["ready"] is False
    assert started_in(folder) == []


def described(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "stack.json").read_text())
    return found


@pytest.mark.parametrize("service", PARTS)
def test_each_part_that_a_service_has_is_run(service: str) -> None:
    assert PARTS[service] == importlib.import_module(f"services.{service}.app").PARTS


async def test_the_description_is_for_its_owners_eyes(stack: Stack) -> None:
    assert (stack.folder / "stack.json").stat().st_mode & 0o777 == 0o600
    assert described(stack.folder)["ready"] is True


@pytest.mark.parametrize(("service", "part"), EVERY_PART)
async def test_each_part_is_a_process_of_its_own(stack: Stack, service: str, part: str) -> None:
    process = psutil.Process(described(stack.folder)["services"][service]["pids"][part])

    assert process.cmdline()[-4:] == [f"services.{service}", "serve", "--only", part]


@pytest.mark.parametrize("service", PARTS)
async def test_the_described_web_addresses_answer(stack: Stack, service: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(described(stack.folder)["services"][service]["url"] + "/readyz")

    assert answer.status_code == 200


async def test_the_described_users_and_roles_log_in(stack: Stack) -> None:
    description = described(stack.folder)
    amqp, postgres = description["amqp"], description["postgres"]

    assert set(amqp["users"]) == {"membership", "meetings", "notifications", "operator", "register", "erp"}
    for user, password in amqp["users"].items():
        await (await aio_pika.connect(host=amqp["host"], port=amqp["port"], login=user, password=password)).close()
    assert len(postgres["roles"]) == 6
    for role, password in postgres["roles"].items():
        where = {name: postgres[name] for name in ("host", "port", "database")}
        await (await asyncpg.connect(**where, user=role, password=password)).close()


async def test_the_addresses_that_the_page_for_other_systems_finds_are_right(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / ".run").symlink_to(stack.folder)

    asked = await asyncio.create_subprocess_exec(
        *(
            "bash",
            "-euc",
            '. "$1"; printf "%s %s" "$HANDELSBYER_BROKER" "$HANDELSBYER_WEB"',
            "-",
            ROOT / "docs" / "publish" / "local.sh",
        ),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )
    broker, web = (await asked.communicate())[0].decode().split()

    async with await aio_pika.connect(broker) as connection:
        channel = await connection.channel()
        await channel.get_queue("upstream.answers.register")
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{web}/upstream/")).status_code == 200


async def test_the_described_smtp_server_listens_and_has_a_folder(stack: Stack) -> None:
    smtp = described(stack.folder)["smtp"]

    with socket.create_connection((smtp["host"], smtp["port"])) as connection:
        greeting = await asyncio.to_thread(connection.recv, 100)

    assert greeting.startswith(b"220 ")
    assert Path(smtp["folder"]).is_dir()


async def test_a_part_that_ends_is_named_and_may_be_started_again(stack: Stack) -> None:
    before = described(stack.folder)["services"]["membership"]["pids"]

    psutil.Process(before["relay"]).kill()
    with pytest.raises(CannotStart, match="membership-relay ended with status -9"):
        await asyncio.wait_for(stack.watch(), timeout=10)
    await stack.restart("membership", "relay")
    after = described(stack.folder)["services"]["membership"]["pids"]

    assert after["relay"] != before["relay"]
    assert {**after, "relay": before["relay"]} == before


def test_half_of_a_broker_outside_is_refused() -> None:
    with pytest.raises(CannotStart, match="set both"):
        Outside.named_in({"AMQP_URL": "amqp://somebody:secret@127.0.0.1/"})
