"""Membership as a process of its own, all its parts in one, on the servers of the test session."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.ports import free_ports
from deploy.local.services import Part
from deploy.local.stack import until_ready
from tests.support.broker import Broker
from tests.support.databases import ServiceDatabase
from tests.support.servers import private_run

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running_membership(database: ServiceDatabase, broker: Broker) -> AsyncIterator[Part]:
    """Run `python -m services.membership serve` until the block ends; inside it may be stopped and started again."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "services.membership", "serve"]
    environment = {
        "DATABASE_URL": database.runtime_url,
        "AMQP_URL": broker.url("membership"),
        "OPERATOR_TOKEN": broker.passwords.operator_token,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
    }
    async with private_run() as run:
        program = run.program("membership", command, working_folder=ROOT, environment=environment)
        part = Part("membership", "serve", port, program)
        program.start()
        await until_ready(part)
        yield part
