"""Fixtures for every test: the real servers, a fresh database a test, an empty broker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import settings
from playwright.async_api import Browser

from deploy.local.errors import CannotStart
from deploy.local.passwords import Passwords
from shared.database.pool import Database, opened
from tests.support.broker import Broker
from tests.support.browser import running_browser
from tests.support.databases import Databases, ServiceDatabase
from tests.support.servers import SYSTEMS, running_broker, running_databases

DatabaseOf = Callable[[str], Awaitable[ServiceDatabase]]
Outcome = Callable[[str], None]

OUTCOMES = pytest.StashKey[list[str]]()

# The same examples each time; `--hypothesis-profile=long` tries others, and some tests ten times as many.
settings.register_profile("steady", derandomize=True)
settings.register_profile("long", max_examples=1000)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """What the roles, users and upstream systems of this session's servers log in with."""
    return Passwords.random(SYSTEMS)


@pytest.fixture(scope="session")
async def databases(passwords: Passwords) -> AsyncIterator[Databases]:
    """The Postgres server of this session."""
    async with or_say_what_to_do(), running_databases(passwords) as running:
        yield running


@pytest.fixture(scope="session")
async def session_broker(passwords: Passwords) -> AsyncIterator[Broker]:
    """The RabbitMQ server of this session, with whatever earlier tests left in its queues."""
    async with or_say_what_to_do(), running_broker(passwords) as running:
        yield running


@pytest.fixture
async def broker(session_broker: Broker) -> Broker:
    """RabbitMQ with our definitions and empty queues."""
    await session_broker.purge()
    return session_broker


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[DatabaseOf]:
    """`await database("membership")` is this test's own database of that service, the same one each time."""
    async with AsyncExitStack() as lent:
        made: dict[str, ServiceDatabase] = {}

        async def of(service: str) -> ServiceDatabase:
            if service not in made:
                made[service] = await lent.enter_async_context(databases.fresh(service))
            return made[service]

        yield of


@pytest.fixture
async def membership_database(database: DatabaseOf) -> AsyncIterator[Database]:
    """A fresh membership schema, opened as the service opens it."""
    async with opened((await database("membership")).runtime_url) as made:
        yield made


@pytest.fixture
async def meetings_database(database: DatabaseOf) -> AsyncIterator[Database]:
    """A fresh meetings schema, opened as the service opens it."""
    async with opened((await database("meetings")).runtime_url) as made:
        yield made


@pytest.fixture
async def notifications_database(database: DatabaseOf) -> AsyncIterator[Database]:
    """A fresh notifications schema, opened as the service opens it."""
    async with opened((await database("notifications")).runtime_url) as made:
        yield made


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this session."""
    async with or_say_what_to_do(), running_browser() as running:
        yield running


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """`outcome("…")` has a line shown at the end of the test run: how something ended, in words and numbers."""
    return request.config.stash.setdefault(OUTCOMES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show how it ended."""
    if lines := config.stash.get(OUTCOMES, []):
        terminalreporter.section("how it ended")
        for line in lines:
            terminalreporter.write_line(line)


@asynccontextmanager
async def or_say_what_to_do() -> AsyncIterator[None]:
    """A server that cannot be had is an error of every test that needs it, in words rather than a traceback."""
    try:
        yield
    except CannotStart as why:
        pytest.fail(f"{why}\nOr start a Docker engine: the tests then run their servers as containers.", pytrace=False)
