"""The real servers that tests use: containers where a Docker engine answers, else the private pair of the local run."""

import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from deploy.local.passwords import Passwords
from deploy.local.postgres import start_postgres, until_postgres_answers
from deploy.local.progress import say
from deploy.local.rabbitmq import BrokerAddress, start_rabbitmq
from deploy.local.run import Run, claimed, sweep
from deploy.rabbitmq.credentials import committed_queues, write_definitions
from services.membership.broker import Broker as Administered
from services.membership.registration import let_in
from services.membership.systems import password_hash
from tests.support.broker import Broker, until_rabbitmq_answers
from tests.support.containers import docker_answers, postgres_container, rabbitmq_container
from tests.support.databases import Databases
from tests.support.victims import Container, Programs, UntilAnswers

# Two, so that one can try to speak for the other.
SYSTEMS = ("register", "erp")
PREFIX = "handelsbyer-tests-"


@asynccontextmanager
async def running_databases(passwords: Passwords) -> AsyncIterator[Databases]:
    """Run one Postgres."""
    if docker_answers():
        async with postgres_container() as (url, container):
            answers = partial(until_postgres_answers, url, container.reload)
            yield Databases(url, passwords.roles, Container(container, answers))
    else:
        async with private_run() as run:
            url = await start_postgres(run, disk_sync=False)
            program = run.programs["postgres"]
            answers = partial(until_postgres_answers, url, program.ensure_alive)
            yield Databases(url, passwords.roles, Programs([program], answers))


@asynccontextmanager
async def running_broker(passwords: Passwords) -> AsyncIterator[Broker]:
    """Run one RabbitMQ with our definitions."""
    queues = (*committed_queues(), *(f"upstream.answers.{system}" for system in passwords.systems))
    async with private_run() as run:
        definitions = run.folder / "definitions"
        write_definitions(definitions, passwords.users)
        if docker_answers():
            async with rabbitmq_container(definitions) as (address, container):
                await _let_in(address, passwords)
                answers = _broker_answers(address, passwords, queues)
                yield Broker(address, passwords, queues, Container(container, answers))
        else:
            address = await start_rabbitmq(run, definitions, say)
            await _let_in(address, passwords)
            answers = _broker_answers(address, passwords, queues)
            # Stopped for good it is killed, for its folder goes too; stopped by a test it ends in order.
            server = Programs([run.programs["rabbitmq"]], answers, ask=signal.SIGTERM)
            yield Broker(address, passwords, queues, server)


async def _let_in(address: BrokerAddress, passwords: Passwords) -> None:
    """Have the broker let the upstream systems in, by passwords that tests know."""
    administrator = Administered(address.management("operator", passwords.of_user("operator")))
    for system, password in passwords.systems.items():
        await let_in(administrator, system, password_hash(password))


def _broker_answers(address: BrokerAddress, passwords: Passwords, queues: Sequence[str]) -> UntilAnswers:
    return partial(until_rabbitmq_answers, address.url("operator", passwords.of_user("operator")), queues)


@asynccontextmanager
async def private_run() -> AsyncIterator[Run]:
    """Hold a new folder of this test run; what killed test runs left behind is ended and removed first."""
    sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        async with claimed(Path(name)) as run:
            yield run
