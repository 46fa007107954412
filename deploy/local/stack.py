"""The whole platform on this machine: servers, schemas, and each part of each service as a process of its own."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from deploy.postgres.roles import DATABASE, create_database, create_roles, role_url

from . import description, servers
from .errors import patience, together
from .outside import Outside
from .passwords import Passwords
from .ports import free_ports
from .progress import Say, say
from .run import Run, claimed
from .servers import seconds_since
from .services import PARTS, Part, Surroundings, journals, migration
from .systems import let_report

SYSTEMS = ("register",)


class Stack:
    """A running stack: its surroundings, and its parts by service and name."""

    def __init__(self, run: Run, surroundings: Surroundings) -> None:
        self.folder = run.folder
        self.surroundings = surroundings
        self.parts = {
            (service, name): surroundings.part(run, service, name) for service in PARTS for name in PARTS[service]
        }
        self.run = run

    async def start(self) -> None:
        """Start every part, wait until all answer that they are ready, and say so in `stack.json`."""
        for part in self.parts.values():
            part.program.start()
        self._describe(ready=False)
        async with together() as waiting:
            for part in self.parts.values():
                waiting.create_task(until_ready(part))
        self._describe(ready=True)

    async def restart(self, service: str, name: str) -> None:
        """Start one part anew, be it killed or still running, and wait until it is ready."""
        part = self.parts[service, name]
        await part.program.stop()
        part.program.start()
        await until_ready(part)
        self._describe(ready=True)

    async def watch(self) -> None:
        """Wait until something ends that should not; raises CannotStart with its name and its last lines."""
        await self.run.watch()

    async def stop(self) -> None:
        """Stop the parts before their servers go, and leave word that the stack is gone."""
        self._describe(ready=False)
        await asyncio.gather(*(part.program.stop() for part in self.parts.values()))

    def _describe(self, *, ready: bool) -> None:
        description.write(self.folder / "stack.json", self.surroundings, self.parts, ready=ready)


@asynccontextmanager
async def running_stack(
    folder: Path,
    *,
    outside: Outside | None = None,
    passwords: Passwords | None = None,
    database: str = DATABASE,
    extra: Mapping[str, Mapping[str, str]] | None = None,
    say: Say = say,
) -> AsyncIterator[Stack]:
    """Run the stack in a folder of its own for as long as the block lasts; nothing of it stays alive afterwards.

    `outside` names servers to use instead of private ones (default: what the environment says), `passwords` what they
    know already (default: random ones), `extra` further environment variables by service. Raises CannotStart.
    """
    outside = outside or Outside.named_in(os.environ)
    passwords = passwords or Passwords.random(administrator=outside.broker_administrator())
    # A database that outlives the run does so with the journals of what was mailed out of it.
    keep = [journals(database)] if outside.database_admin_url else []
    async with claimed(folder, keep=keep) as run:
        async with together() as starting:
            admin_url = starting.create_task(_prepare_database(run, outside, passwords, database, say))
            broker = starting.create_task(servers.rabbitmq(run, outside, passwords, say))
            smtp = starting.create_task(servers.smtp(run, outside, say))
        surroundings = Surroundings(
            database_admin_url=admin_url.result(),
            database=database,
            broker=broker.result(),
            smtp=smtp.result(),
            passwords=passwords,
            ports=_ports(),
            extra=extra or {},
        )
        systems = await let_report(run, surroundings, passwords.systems or SYSTEMS)
        surroundings = replace(surroundings, passwords=replace(passwords, systems=systems))
        async with _running_parts(Stack(run, surroundings), say) as stack:
            yield stack


async def until_ready(part: Part) -> None:
    """Wait until a part answers that it is ready; raises CannotStart where it ends, or stays in trouble for long."""
    trouble = "no answer"
    async with (
        patience(90, lambda: f"{part.program.name} is not ready: {trouble}\n{part.program.last_lines()}"),
        httpx.AsyncClient(base_url=part.url, trust_env=False, timeout=10) as client,
    ):
        while True:
            part.program.ensure_alive()
            try:
                answer = await client.get("/readyz")
            except httpx.TransportError as why:
                trouble = repr(why)
            else:
                trouble = answer.text
                if answer.is_success:
                    return
            await asyncio.sleep(0.1)


async def _prepare_database(run: Run, outside: Outside, passwords: Passwords, database: str, say: Say) -> str:
    """Have a Postgres with our database, roles and schemas, and return its administrator's address."""
    admin_url = await servers.postgres(run, outside, say)
    began = time.monotonic()
    await create_database(admin_url, database)
    await create_roles(admin_url, passwords.roles, database)
    async with together() as migrating:
        for service in PARTS:
            owner = f"{service}_owner"
            program = migration(run, service, role_url(admin_url, owner, passwords.roles[owner], database))
            program.start()
            migrating.create_task(program.finish())
    say(f"services: schemas are up to date ({seconds_since(began)})")
    return admin_url


@asynccontextmanager
async def _running_parts(stack: Stack, say: Say) -> AsyncIterator[Stack]:
    began = time.monotonic()
    say(f"services: starting {len(stack.parts)} processes")
    try:
        await stack.start()
        say(f"services: ready ({seconds_since(began)})")
        yield stack
    finally:
        await stack.stop()


def _ports() -> dict[tuple[str, str], int]:
    names = [(service, name) for service in PARTS for name in PARTS[service]]
    return dict(zip(names, free_ports(len(names)), strict=True))
