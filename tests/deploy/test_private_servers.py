"""The private servers of the local stack listen to this machine alone, and leave nothing behind."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from deploy.local.passwords import Passwords
from deploy.local.postgres import start_postgres
from deploy.local.rabbitmq import start_rabbitmq
from deploy.local.rabbitmq_package import SERVER
from deploy.local.run import Run, claimed
from deploy.rabbitmq.credentials import write_definitions
from tests.support.containers import docker_answers
from tests.support.processes import listening, started_in

Start = Callable[[Run], Awaitable[object]]


async def postgres(run: Run) -> None:
    await start_postgres(run, disk_sync=False)


async def rabbitmq(run: Run) -> None:
    passwords = Passwords.random()
    write_definitions(run.folder / "definitions", passwords.users)
    await start_rabbitmq(run, run.folder / "definitions", say=lambda line: None)


# Where containers serve the tests, nobody is asked to install RabbitMQ for this one.
SERVERS = [postgres, rabbitmq] if SERVER.exists() or not docker_answers() else [postgres]


@pytest.mark.parametrize("start", SERVERS)
async def test_a_private_server_is_this_machines_alone_and_leaves_nothing_behind(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "run"

    async with claimed(folder) as run:
        await start(run)
        processes = started_in(folder)
        open_to = {address for address, _ in listening(processes)}

    assert open_to
    assert open_to <= {"127.0.0.1", "::1"}
    assert started_in(folder) == []
    assert not any(psutil.pid_exists(process) for process in processes)
