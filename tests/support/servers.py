"""The real servers that tests use: containers where a Docker engine answers, else the private pair of the local run."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.passwords import Passwords
from deploy.local.postgres import start_postgres
from deploy.local.progress import say
from deploy.local.rabbitmq import start_rabbitmq
from deploy.local.run import Run, claimed, sweep
from deploy.rabbitmq.credentials import committed_queues, write_definitions
from tests.support.broker import Broker
from tests.support.containers import docker_answers, postgres_container, rabbitmq_container
from tests.support.databases import Databases

# Two, so that one can try to speak for the other.
SYSTEMS = ("register", "erp")
PREFIX = "handelsbyer-tests-"


@asynccontextmanager
async def running_databases(passwords: Passwords) -> AsyncIterator[Databases]:
    """Run one Postgres."""
    if docker_answers():
        async with postgres_container() as admin_url:
            yield Databases(admin_url, passwords.roles)
    else:
        async with private_run() as run:
            yield Databases(await start_postgres(run, disk_sync=False), passwords.roles)


@asynccontextmanager
async def running_broker(passwords: Passwords) -> AsyncIterator[Broker]:
    """Run one RabbitMQ with our definitions."""
    queues = (*committed_queues(), *(f"upstream.answers.{system}" for system in passwords.systems))
    async with private_run() as run:
        definitions = run.folder / "definitions"
        write_definitions(definitions, passwords.users, passwords.systems)
        if docker_answers():
            async with rabbitmq_container(definitions) as address:
                yield Broker(address, passwords, queues)
        else:
            yield Broker(await start_rabbitmq(run, definitions, say), passwords, queues)


@asynccontextmanager
async def private_run() -> AsyncIterator[Run]:
    """Hold a new folder of this test run; what killed test runs left behind is ended and removed first."""
    sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        async with claimed(Path(name)) as run:
            yield run
