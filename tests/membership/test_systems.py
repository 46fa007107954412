"""Who may report: what the database keeps of each system, and who may change it."""

from pathlib import Path

import asyncpg
import pytest

from deploy.postgres.roles import create_database, create_roles, role_url
from services.membership import storage
from services.membership.systems import is_password, new_password, password_hash
from shared.clock import utc_now
from shared.database.pool import Database, opened
from tests.support.databases import Databases

MIGRATIONS = Path(__file__).parents[2] / "services" / "membership" / "migrations"


async def test_a_source_belongs_to_one_system(registrar: Database) -> None:
    async with registrar.connection() as conn:
        for name in ("register", "erp"):
            await storage.add_system(conn, name, utc_now())
        await storage.allow_source(conn, "register", "/register")

        with pytest.raises(storage.SourceTaken, match="the source of register"):
            await storage.allow_source(conn, "erp", "/register")

        assert await storage.sources(conn) == {"/register": "register"}


async def test_a_system_is_known_by_its_password(registrar: Database, membership_database: Database) -> None:
    password = new_password()
    async with registrar.connection() as conn:
        await storage.add_system(conn, "register", utc_now())
        await conn.execute("UPDATE systems SET password_hash = $1", password_hash(password))

    async with membership_database.connection() as conn:
        found = await storage.system_of_password(conn, "register", password)
        wrong = await storage.system_of_password(conn, "register", new_password())
        another = await storage.system_of_password(conn, "erp", password)

    assert found is not None
    assert found.name == "register"
    assert (wrong, another) == (None, None)


async def test_a_system_without_a_password_is_known_by_none(registrar: Database) -> None:
    async with registrar.connection() as conn:
        await storage.add_system(conn, "register", utc_now())

        assert await storage.system_of_password(conn, "register", "") is None


def test_a_hash_tells_nothing_but_whether_a_password_is_right() -> None:
    first, second = password_hash("secret"), password_hash("secret")

    assert first != second
    assert is_password("secret", first)
    assert not is_password("Secret", first)


@pytest.mark.parametrize("table", ["systems", "system_sources"])
@pytest.mark.parametrize(
    "change", ["INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_the_service_itself_lets_nobody_report(membership_database: Database, table: str, change: str) -> None:
    column = {"systems": "paused_at = NULL", "system_sources": "system = 'erp'"}[table]
    async with membership_database.connection() as conn:
        await conn.fetch(f"SELECT * FROM {table}")

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(change.format(table, column))


async def test_a_system_that_could_report_before_there_was_a_register_still_can(databases: Databases) -> None:
    name = "before_the_register"
    before = [path for path in sorted(MIGRATIONS.glob("*.sql")) if path.name < "20261124000005"]
    try:
        await create_database(databases.admin_url, name)
        await create_roles(databases.admin_url, databases.passwords, name)
        url = role_url(databases.admin_url, "membership_owner", databases.passwords["membership_owner"], name)
        async with opened(url) as database, database.connection() as conn:
            for path in before:
                await conn.execute(path.read_text().split("-- migrate:down")[0])
            await conn.execute("INSERT INTO system_sources VALUES ('/register', 'register'), ('/old', 'register')")
            await conn.execute((MIGRATIONS / "20261124000005_systems.sql").read_text())

            [system] = await storage.systems(conn)
    finally:
        await databases.drop(name)

    assert (system.name, system.sources, system.owner_email) == ("register", ("/old", "/register"), None)
    assert system.added_at is not None
