"""A database that goes away is away, in whatever words the driver puts it."""

from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from shared.database.pool import Database, DatabaseAway, opened
from tests.support.databases import Databases


async def cut(databases: Databases, pid: int) -> None:
    """End the connection of a backend, as the server does it when it is shut down."""
    conn = await asyncpg.connect(databases.admin_url)
    await conn.execute("SELECT pg_terminate_backend($1)", pid)
    await conn.close()


async def test_a_connection_that_the_server_ends_means_that_the_database_is_away(
    membership_database: Database, databases: Databases
) -> None:
    async def work_until_it_ends() -> None:
        async with membership_database.connection() as conn:
            await cut(databases, await conn.fetchval("SELECT pg_backend_pid()"))
            while True:
                await conn.fetchval("SELECT 1")

    for _ in range(20):
        with pytest.raises(DatabaseAway):
            await work_until_it_ends()


async def test_what_is_done_is_done_though_its_connection_cannot_be_given_back(
    membership_database: Database, databases: Databases
) -> None:
    async with membership_database.connection() as conn:
        await cut(databases, await conn.fetchval("SELECT pg_backend_pid()"))


async def test_a_database_that_does_not_let_us_in_is_away(membership_database: Database, databases: Databases) -> None:
    address = urlsplit(databases.admin_url)
    url = urlunsplit(address._replace(netloc=f"membership_runtime:wrong@{address.hostname}:{address.port}"))

    with pytest.raises(DatabaseAway, match="does not let us in: password authentication failed"):
        async with opened(url) as database, database.connection():
            pass


@pytest.mark.parametrize(
    ("said", "means_away"),
    [("cannot switch to state 15; another operation (2) is in progress", True), ("buffer overread", False)],
)
async def test_an_error_within_the_driver_means_away_only_where_the_server_said_goodbye(
    membership_database: Database, said: str, means_away: bool
) -> None:
    with pytest.raises(DatabaseAway if means_away else asyncpg.InternalClientError):
        async with membership_database.connection():
            raise asyncpg.InternalClientError(said)
