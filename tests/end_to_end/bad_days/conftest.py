"""A platform that may be hurt: its own broker, database and mail server, every part a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.local.passwords import Passwords
from deploy.local.servers import listens
from deploy.local.services import PARTS, Part
from deploy.local.stack import Stack, until_ready
from tests.end_to_end.bad_days.network import BadDayNetwork
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.servers import running_broker, running_databases
from tests.support.stack import stack_on
from tests.support.victims import Programs, Victim

HORIZON = timedelta(days=150)


@pytest.fixture(scope="package")
async def own_databases(passwords: Passwords) -> AsyncIterator[Databases]:
    """The Postgres of the bad days."""
    async with running_databases(passwords) as running:
        yield running


@pytest.fixture(scope="package")
async def network(
    own_databases: Databases, passwords: Passwords, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[BadDayNetwork]:
    """The whole platform, with one meeting inside its horizon."""
    async with running_broker(passwords) as broker:
        folder = tmp_path_factory.mktemp("bad-days") / "run"
        async with stack_on(own_databases, broker, folder) as stack, BadDayNetwork(stack, broker).opened() as network:
            await network.ask("meetings", "POST", "/series", _one_meeting())
            yield network


@pytest.fixture(scope="package")
def victims(network: BadDayNetwork, own_databases: Databases) -> dict[str, Victim]:
    """What may go away and come back, by the name that a reader knows it by."""
    return {
        "the broker": network.broker.server,
        "Postgres": own_databases.server,
        "the far mail server": far_mail_server(network.stack),
        **{service: parts(network.stack, *((service, name) for name in PARTS[service])) for service in PARTS},
    }


def far_mail_server(stack: Stack) -> Programs:
    port = urlsplit(stack.surroundings.smtp.url).port or 0
    return Programs([stack.run.programs["smtp-sink"]], partial(eventually, lambda: listens(port)))


def parts(stack: Stack, *named: tuple[str, str]) -> Programs:
    """Some parts of services, which go and come back together."""
    chosen = [stack.parts[name] for name in named]
    return Programs([part.program for part in chosen], partial(_until_all_are_ready, chosen))


async def _until_all_are_ready(chosen: list[Part]) -> None:
    await asyncio.gather(*map(until_ready, chosen))


def _one_meeting() -> dict[str, Any]:
    """A series with one meeting, some five to eleven weeks from now, to which people are asked at once."""
    now = datetime.now(UTC)
    return {
        "title": "Netværksmøde",
        "recurrence": {"weekday": "thursday", "nth": 2, "months": [(now + timedelta(days=60)).month]},
        "until": (now + HORIZON).date().isoformat(),
        "starts_at": "09:30",
        "minutes": 60,
        "mode": "online",
        "link": "https://moede.handelsbyer.example/netvaerk",
        "horizon_days": HORIZON.days,
    }
