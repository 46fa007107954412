"""The servers of one run of the benchmarks: a private Postgres that syncs to disk, and a private RabbitMQ."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aio_pika
import asyncpg

from deploy.local import servers
from deploy.local.outside import Outside
from deploy.local.passwords import Passwords
from deploy.local.rabbitmq import BrokerAddress
from deploy.local.run import Run, claimed, sweep
from deploy.postgres.roles import create_database, create_roles
from deploy.rabbitmq.credentials import committed_queues
from services.membership.broker import Broker as Administered
from services.membership.registration import let_in
from services.membership.systems import password_hash

from .report import progress
from .verdict import WrongEnd

SYSTEM = "register"
ANSWERS = f"upstream.answers.{SYSTEM}"
PREFIX = "handelsbyer-bench-"


@dataclass(frozen=True)
class Servers:
    """Both servers, the run that they belong to, and what everybody logs in with."""

    run: Run
    admin_url: str
    broker: BrokerAddress
    passwords: Passwords

    def amqp_url(self, user: str) -> str:
        """Return the address with which this user logs in at the broker."""
        return self.broker.url(user, self.passwords.of_user(user))

    def database_url(self, database: str) -> str:
        """Return the address with which the administrator reaches a database."""
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    async def empty_queues(self) -> None:
        """Remove whatever waits in any queue."""
        async with await aio_pika.connect(self.amqp_url("operator")) as connection:
            channel = await connection.channel()
            for name in (*committed_queues(), ANSWERS):
                await (await channel.get_queue(name, ensure=False)).purge()

    @asynccontextmanager
    async def fresh_database(self) -> AsyncIterator[str]:
        """Lend the name of a new database with the services' roles and schemas, still without a table."""
        name = f"bench_{uuid4().hex}"
        await create_database(self.admin_url, name)
        await create_roles(self.admin_url, self.passwords.roles, name)
        try:
            yield name
        finally:
            await self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def execute(self, statement: str) -> None:
        """Execute one statement as the administrator."""
        conn = await asyncpg.connect(self.admin_url)
        try:
            await conn.execute(statement)
        finally:
            await conn.close()


@asynccontextmanager
async def running_servers() -> AsyncIterator[Servers]:
    """Run both servers in a new folder; what killed runs left behind is ended and removed first."""
    sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
    passwords = Passwords.random([SYSTEM])
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        async with claimed(Path(folder)) as run:
            admin_url = await servers.postgres(run, Outside(), progress)
            broker = await servers.rabbitmq(run, Outside(), passwords, progress)
            administrator = broker.management("operator", passwords.of_user("operator"))
            await let_in(Administered(administrator), SYSTEM, password_hash(passwords.of_user(SYSTEM)))
            try:
                yield Servers(run, admin_url, broker, passwords)
            except WrongEnd:
                _keep_logs(run)
                raise


def _keep_logs(run: Run) -> None:
    kept = tempfile.mkdtemp(prefix=f"{PREFIX}logs-")
    shutil.copytree(run.folder / "logs", kept, dirs_exist_ok=True)
    progress(f"the logs of all programs: {kept}")
