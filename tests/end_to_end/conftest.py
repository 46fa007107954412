"""One running stack for all end-to-end tests: real servers, every part a process of its own."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.passwords import Passwords
from tests.end_to_end.network import Network
from tests.support.databases import Databases
from tests.support.servers import running_broker
from tests.support.stack import stack_on


@pytest.fixture(scope="package")
async def network(
    databases: Databases, passwords: Passwords, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Network]:
    """The whole platform on the database server of the other tests, with a broker of its own."""
    async with running_broker(passwords) as broker:
        folder = tmp_path_factory.mktemp("stack") / "run"
        async with stack_on(databases, broker, folder) as stack, Network(stack, broker).opened() as network:
            yield network
