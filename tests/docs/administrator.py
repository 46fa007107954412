"""What the broker's administrator can do to a system in the middle of its work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import httpx

from tests.support.broker import Broker

POLICY = "/api/policies/%2F/without-alternate"
ELSEWHERE = {
    "pattern": "^upstream$",
    "apply-to": "exchanges",
    "priority": 9,
    "definition": {"alternate-exchange": "none"},
}


async def close_connections(broker: Broker, user: str) -> None:
    """Close the connections of a user."""
    async with _management(broker) as client:
        await client.delete(f"/api/connections/username/{user}")


@asynccontextmanager
async def nobody_wants_events(broker: Broker) -> AsyncIterator[None]:
    """Let no queue take what is published to `upstream` for as long as the block lasts."""
    async with _management(broker) as client, await aio_pika.connect(broker.url("operator")) as connection:
        inbox = await (await connection.channel()).get_queue("membership.inbox", ensure=False)
        await client.put(POLICY, json=ELSEWHERE)
        await inbox.unbind("upstream", "#")
        try:
            yield
        finally:
            await inbox.bind("upstream", "#")
            await client.delete(POLICY)


@asynccontextmanager
async def _management(broker: Broker) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=broker.address.management_url,
        auth=("operator", broker.passwords.of_user("operator")),
        trust_env=False,
        event_hooks={"response": [_raise_for_status]},
    ) as client:
        yield client


async def _raise_for_status(answer: httpx.Response) -> None:
    answer.raise_for_status()
