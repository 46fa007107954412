"""Fresh databases for tests: made once a service as a template, with roles and migrations, then copied."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from deploy.postgres.roles import ROLES, create_database, create_roles, role_url
from shared.database.migrations import migrate
from tests.support.victims import Victim


@dataclass(frozen=True)
class ServiceDatabase:
    """One test's own database with one service's schema up to date; `urls` holds every role's address of it."""

    service: str
    admin_url: str
    urls: Mapping[str, str]

    @property
    def runtime_url(self) -> str:
        """The address with which the service itself logs in."""
        return self.urls[f"{self.service}_runtime"]

    @property
    def owner_url(self) -> str:
        """The address with which the service's migrations log in."""
        return self.urls[f"{self.service}_owner"]


class Databases:
    """Makes databases on one Postgres server."""

    def __init__(self, admin_url: str, passwords: Mapping[str, str], server: Victim) -> None:
        self.admin_url = admin_url
        self.passwords = passwords
        self.server = server
        self._templates: set[str] = set()

    @asynccontextmanager
    async def fresh(self, service: str) -> AsyncIterator[ServiceDatabase]:
        """Lend a new database with the service's schema up to date and no rows but the migrations' own."""
        template, name = f"template_{service}", f"test_{service}_{uuid4().hex}"
        if service not in self._templates:
            await self._make_template(service, template)
            self._templates.add(service)
        await self._execute(
            f"CREATE DATABASE {name} TEMPLATE {template}",
            # A copy takes over everything but the grants on the database itself.
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {name} TO {', '.join(ROLES)}",
        )
        try:
            yield self._addresses(service, name)
        finally:
            await self.drop(name)

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _make_template(self, service: str, template: str) -> None:
        await create_database(self.admin_url, template)
        await create_roles(self.admin_url, self.passwords, template)
        await migrate(service, self._url(template, f"{service}_owner"))

    async def _execute(self, *statements: str) -> None:
        conn = await asyncpg.connect(self.admin_url)
        try:
            for statement in statements:
                await conn.execute(statement)
        finally:
            await conn.close()

    def _addresses(self, service: str, database: str) -> ServiceDatabase:
        return ServiceDatabase(
            service=service,
            admin_url=urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}")),
            urls={role: self._url(database, role) for role in ROLES},
        )

    def _url(self, database: str, role: str) -> str:
        return role_url(self.admin_url, role, self.passwords[role], database)
