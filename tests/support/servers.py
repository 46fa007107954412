"""The real servers that tests use: containers where a Docker engine answers, else the private pair of the local run."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from deploy.local.postgres import private_postgres
from deploy.local.rabbitmq import private_rabbitmq
from deploy.local.run_folder import claimed, sweep
from deploy.postgres.roles import ROLES
from deploy.rabbitmq.credentials import committed_queues, committed_users, write_definitions
from tests.support.broker import Broker
from tests.support.containers import docker_answers, postgres_container, rabbitmq_container
from tests.support.databases import Databases

# Two, so that one can try to speak for the other.
SYSTEMS = ("register", "erp")
PREFIX = "handelsbyer-tests-"


@asynccontextmanager
async def running_databases() -> AsyncIterator[Databases]:
    """Run one Postgres."""
    with private_folder() as folder:
        server = postgres_container() if docker_answers() else private_postgres(folder, disk_sync=False)
        async with server as admin_url:
            yield Databases(admin_url, {role: secrets.token_urlsafe(16) for role in ROLES})


@asynccontextmanager
async def running_broker() -> AsyncIterator[Broker]:
    """Run one RabbitMQ with our definitions and two upstream systems."""
    passwords = {user["name"]: secrets.token_urlsafe(16) for user in committed_users()}
    systems = {system: secrets.token_urlsafe(16) for system in SYSTEMS}
    queues = (*committed_queues(), *(f"upstream.answers.{system}" for system in SYSTEMS))
    with private_folder() as folder:
        definitions = folder / "definitions"
        write_definitions(definitions, passwords, systems)
        server = rabbitmq_container(definitions) if docker_answers() else private_rabbitmq(folder, definitions)
        async with server as address:
            yield Broker(address, {**passwords, **systems}, queues)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Hold a new folder of this test run; what killed test runs left behind is ended and removed first."""
    sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, claimed(Path(name)) as folder:
        yield folder
