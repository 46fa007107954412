"""The services as processes of their own, as in the local stack, on the servers of the test session."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from deploy.local.outside import Outside
from deploy.local.stack import Stack, running_stack
from tests.support.broker import Broker
from tests.support.databases import Databases


@asynccontextmanager
async def stack_on(
    databases: Databases, broker: Broker, folder: Path, extra: Mapping[str, Mapping[str, str]] | None = None
) -> AsyncIterator[Stack]:
    """Run the stack in a folder, with a database of its own, an emptied broker, and a sink for its mails.

    `extra` holds further environment variables by service. Some seconds pass until all its processes are ready.
    """
    await broker.purge()
    outside = Outside(
        database_admin_url=databases.admin_url,
        amqp_url=broker.url("operator"),
        rabbitmq_management_url=broker.address.management_url,
    )
    name = f"stack_{uuid4().hex}"
    try:
        async with running_stack(
            folder,
            outside=outside,
            passwords=broker.passwords,
            database=name,
            extra=extra,
            say=lambda line: None,
        ) as stack:
            yield stack
    finally:
        await databases.drop(name)
