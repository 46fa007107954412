"""Who is measured by `throughput`: our services and the straightforward ones, each one process a service."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.program import Program
from deploy.local.servers import ROOT
from deploy.postgres.roles import SERVICES, role_url

from .ours import our_services
from .servers import Servers

SCHEMA = Path(__file__).parent / "straightforward" / "schema.sql"
# Nobody delivers: the e-mails stay queued on both sides.
NO_DELIVERY = {"notifications": ("--only", "web", "--only", "subscribers")}


@dataclass(frozen=True)
class Contender:
    """A platform on a fresh database; `programs` holds the process of each service, none of them started."""

    programs: Mapping[str, Program]
    database_url: str


Lend = Callable[[Servers], AbstractAsyncContextManager[Contender]]


@asynccontextmanager
async def ours(servers: Servers) -> AsyncIterator[Contender]:
    """Lend our services."""
    async with our_services(servers, arguments=NO_DELIVERY) as (services, database_url):
        yield Contender({service: services.program(service) for service in SERVICES}, database_url)


@asynccontextmanager
async def straightforward(servers: Servers) -> AsyncIterator[Contender]:
    """Lend the straightforward services."""
    async with servers.fresh_database() as database:
        database_url = servers.database_url(database)
        await _create_tables(servers, database)
        programs = {service: _program(servers, database, service) for service in SERVICES}
        try:
            yield Contender(programs, database_url)
        finally:
            for program in programs.values():
                await program.stop()


async def _create_tables(servers: Servers, database: str) -> None:
    conn = await asyncpg.connect(servers.database_url(database))
    try:
        await conn.execute(SCHEMA.read_text())
        for service in SERVICES:
            await conn.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {service} TO {service}_runtime")
    finally:
        await conn.close()


def _program(servers: Servers, database: str, service: str) -> Program:
    role = f"{service}_runtime"
    return servers.run.program(
        f"straightforward-{service}",
        [sys.executable, "-m", "bench.straightforward", service],
        working_folder=ROOT,
        environment={
            "DATABASE_URL": role_url(servers.admin_url, role, servers.passwords.roles[role], database),
            "AMQP_URL": servers.amqp_url(service),
        },
    )


CONTENDERS: Mapping[str, Lend] = {"ours": ours, "straightforward": straightforward}
