"""Our three services on a database of their own, each one process, as compose deploys them."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from deploy.local.ports import free_ports
from deploy.local.program import Program
from deploy.local.servers import ROOT, SmtpAddress
from deploy.local.services import Part, Surroundings, migration
from deploy.local.stack import until_ready
from deploy.local.systems import let_report
from deploy.postgres.roles import SERVICES

from .servers import SYSTEM, Servers

NOWHERE = "smtp://127.0.0.1:1"

Arguments = Mapping[str, Sequence[str]]


class OurServices:
    """The services with their schemas up to date; none is started yet."""

    def __init__(self, servers: Servers, surroundings: Surroundings, arguments: Arguments) -> None:
        self._run = servers.run
        self._surroundings = surroundings
        self._arguments = arguments
        self._parts = {service: self._part(service) for service in SERVICES}
        self._further: list[Program] = []

    def program(self, service: str) -> Program:
        """Return the one process of a service."""
        return self._parts[service].program

    def further(
        self, service: str, name: str, arguments: Sequence[str], extra: Mapping[str, str] | None = None
    ) -> Program:
        """Make another process of a service, with arguments of `serve`, under a name and on a port of its own.

        `extra` are further environment variables.
        """
        (port,) = free_ports(1)
        program = self._run.program(
            f"{service}-{name}",
            _serve(service, arguments),
            working_folder=ROOT,
            environment={**self.program(service).environment, **(extra or {}), "HTTP_PORT": str(port)},
        )
        self._further.append(program)
        return program

    def role_url(self, role: str) -> str:
        """Return the address with which a role reaches the database."""
        return self._surroundings.role_url(role)

    def url(self, service: str) -> str:
        """Return where a service answers HTTP."""
        return self._parts[service].url

    @property
    def operator_token(self) -> str:
        """What an operator's program sends as bearer token."""
        return self._surroundings.passwords.operator_token

    async def start(self, service: str) -> None:
        """Start a service and wait until it is ready."""
        self.program(service).start()
        await until_ready(self._parts[service])

    async def stop(self) -> None:
        """Stop every service that runs."""
        for program in [*(part.program for part in self._parts.values()), *self._further]:
            await program.stop()

    async def prepare(self) -> None:
        """Bring each schema up to date, and let the register speak for its source."""
        for service in SERVICES:
            await self._finish(migration(self._run, service, self._surroundings.role_url(f"{service}_owner")))
        await let_report(self._run, self._surroundings, [SYSTEM])

    async def _finish(self, program: Program) -> None:
        program.start()
        await program.finish()

    def _part(self, service: str) -> Part:
        """Make the service's part `web`, and have its process run everything else as well."""
        part = self._surroundings.part(self._run, service, "web")
        part.program.command = _serve(service, self._arguments.get(service, ()))
        return part


def _serve(service: str, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", f"services.{service}", "serve", *arguments]


@asynccontextmanager
async def our_services(
    servers: Servers,
    *,
    smtp_url: str = NOWHERE,
    arguments: Arguments | None = None,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> AsyncIterator[tuple[OurServices, str]]:
    """Lend the services on a fresh database, and its administrator's address; they are stopped at the end.

    `arguments` are those of `serve` by service, `extra` further environment variables by service.
    """
    async with servers.fresh_database() as database:
        surroundings = Surroundings(
            database_admin_url=servers.admin_url,
            database=database,
            broker=servers.broker,
            smtp=SmtpAddress(smtp_url),
            passwords=servers.passwords,
            ports={(service, "web"): port for service, port in zip(SERVICES, free_ports(3), strict=True)},
            extra=extra or {},
        )
        services = OurServices(servers, surroundings, arguments or {})
        await services.prepare()
        try:
            yield services, servers.database_url(database)
        finally:
            await services.stop()
