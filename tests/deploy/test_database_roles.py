"""What a role of the database may do, and what the database refuses; tried with each one's own login."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import pytest
from asyncpg import InsufficientPrivilegeError

from deploy.postgres.roles import ROLES, SERVICES, create_database, create_roles, role_url
from tests.conftest import DatabaseOf
from tests.support.databases import Databases, ServiceDatabase

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

RUNTIME = tuple(f"{service}_runtime" for service in SERVICES)


@pytest.fixture
async def membership(database: DatabaseOf) -> ServiceDatabase:
    """A database with the schema of membership in it, and the empty schemas of the others."""
    return await database("membership")


@asynccontextmanager
async def logged_in(url: str) -> AsyncIterator[Connection]:
    conn = await asyncpg.connect(url)
    try:
        yield conn
    finally:
        await conn.close()


async def refuses(conn: Connection, statement: str) -> bool:
    try:
        await conn.execute(statement)
    except InsufficientPrivilegeError:
        return True
    return False


async def test_a_service_works_with_its_own_rows(membership: ServiceDatabase) -> None:
    async with logged_in(membership.owner_url) as owner, logged_in(membership.runtime_url) as service:
        await owner.execute("CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, note text)")

        await service.execute("INSERT INTO notes (note) VALUES ('first')")
        await service.execute("UPDATE notes SET note = 'changed'")
        kept = await service.fetchval("SELECT note FROM notes")
        await service.execute("DELETE FROM notes")

    assert kept == "changed"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "ALTER TABLE outbox ADD COLUMN mine int",
        "DROP TABLE outbox",
        "TRUNCATE outbox",
        "CREATE INDEX ON outbox (seq)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE SCHEMA mine",
        "SET ROLE membership_owner",
        "CREATE ROLE mine",
    ],
)
async def test_a_service_changes_no_table(membership: ServiceDatabase, statement: str) -> None:
    async with logged_in(membership.runtime_url) as service:
        assert await refuses(service, statement)


@pytest.mark.parametrize("role", [role for role in ROLES if not role.startswith("membership_")])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM membership.outbox",
        "INSERT INTO membership.outbox DEFAULT VALUES",
        "DELETE FROM membership.outbox",
        "CREATE TABLE membership.mine (id int)",
        "DROP SCHEMA membership CASCADE",
    ],
)
async def test_no_role_gets_into_the_schema_of_another_service(
    membership: ServiceDatabase, role: str, statement: str
) -> None:
    async with logged_in(membership.urls[role]) as other:
        assert await refuses(other, statement)


@pytest.mark.parametrize("service", SERVICES)
async def test_an_owner_makes_tables_in_its_own_schema_alone(membership: ServiceDatabase, service: str) -> None:
    async with logged_in(membership.urls[f"{service}_owner"]) as owner:
        await owner.execute("CREATE TABLE mine (id int)")

        assert await owner.fetchval("SELECT 'mine'::regclass = $1::text::regclass", f"{service}.mine")
        for elsewhere in ("public", *(other for other in SERVICES if other != service)):
            assert await refuses(owner, f"CREATE TABLE {elsewhere}.mine (id int)")


async def test_a_stranger_may_not_even_connect(membership: ServiceDatabase) -> None:
    async with logged_in(membership.admin_url) as administrator:
        await administrator.execute("CREATE ROLE stranger LOGIN PASSWORD 'known'")
        try:
            with pytest.raises(InsufficientPrivilegeError):
                await asyncpg.connect(membership.admin_url, user="stranger", password="known")
        finally:
            await administrator.execute("DROP ROLE stranger")


async def test_preparing_a_database_twice_changes_nothing_but_passwords(databases: Databases) -> None:
    name, odd = "prepared_twice", 'it\'s "odd" \\ %s %I $1 /@:?#'
    passwords = {**databases.passwords, "meetings_runtime": odd}
    try:
        for _ in range(2):
            await create_database(databases.admin_url, name)
            await create_roles(databases.admin_url, passwords, name)

        async with logged_in(role_url(databases.admin_url, "meetings_runtime", odd, name)) as service:
            found = await service.fetchval("SELECT current_schema")
    finally:
        await create_roles(databases.admin_url, databases.passwords, name)
        await databases.drop(name)

    assert found == "meetings"
