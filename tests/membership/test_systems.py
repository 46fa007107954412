"""Who may report: what the database keeps of each system, and who may change it."""

import asyncpg
import pytest

from services.membership import storage
from services.membership.systems import is_password, new_password, password_hash
from shared.clock import utc_now
from shared.database.pool import Database


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
