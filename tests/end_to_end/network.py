"""The platform as it is seen from outside: what systems publish, what the secretariat asks for, what readers get."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Self

import aio_pika
import asyncpg
import httpx
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode

from deploy.local.stack import Stack
from tests.support.broker import Broker
from tests.support.builders import SYSTEM, Message
from tests.support.eventually import eventually
from tests.support.mails import Mail, mails_in

UNDER_WAY = {
    "membership": "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM quarantine WHERE state = 'waiting')",
    "meetings": "SELECT count(*) FROM outbox",
    "notifications": """
        SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM emails WHERE state IN ('queued', 'sending'))
    """,
}
TAKEN_IN = {
    "membership": "SELECT (SELECT count(*) FROM upstream_messages) + (SELECT count(*) FROM inbox)",
    "meetings": "SELECT count(*) FROM inbox",
    "notifications": "SELECT count(*) FROM inbox",
}


class Network:
    """A running stack, and the ways to it."""

    quiet_looks, look_every = 8, 0.25

    def __init__(self, stack: Stack, broker: Broker) -> None:
        self.stack = stack
        self.broker = broker
        self.answers: list[dict[str, Any]] = []
        self._exchange: AbstractExchange | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Self]:
        """Log in as the system `register` and listen to its answers."""
        async with await aio_pika.connect(self.broker.url(SYSTEM)) as connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            self._exchange = await channel.get_exchange("upstream", ensure=False)
            queue = await channel.get_queue(f"upstream.answers.{SYSTEM}", ensure=False)
            await queue.consume(self._take_answer)
            yield self

    async def publish(self, messages: Iterable[Message]) -> None:
        """Publish messages one after another, each confirmed."""
        assert self._exchange
        for message in messages:
            sent = aio_pika.Message(
                message.body,
                headers=dict(message.headers),
                content_type="application/json",
                delivery_mode=DeliveryMode.PERSISTENT,
            )
            await self._exchange.publish(sent, f"{SYSTEM}.x", mandatory=True)

    async def ask(self, service: str, method: str, path: str, body: object = None) -> Any:
        """Ask a service something as the operator."""
        token = self.stack.surroundings.passwords.operator_token
        url = self.stack.parts[service, "web"].url
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            answer = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.is_success, answer.text
        return answer.json()

    async def rows(self, service: str, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Look into a service's schema with its own role."""
        conn = await asyncpg.connect(self.stack.surroundings.role_url(f"{service}_runtime"))
        try:
            return [tuple(row) for row in await conn.fetch(query, *arguments)]
        finally:
            await conn.close()

    async def settled(self, answers: int = 0, within: float = 120) -> None:
        """Wait until as many answers have come, nothing is under way, and nothing has changed for a while."""
        seen: list[object] = []

        async def is_settled() -> bool:
            seen.append(await self._state())
            lately = seen[-self.quiet_looks :]
            return len(self.answers) >= answers and lately == [lately[0]] * self.quiet_looks and lately[0] is not None

        await eventually(is_settled, within=within, every=self.look_every)

    def mails(self, *domains: str) -> list[Mail]:
        """Return the mails that were accepted for addresses of some domains, or all."""
        folder = self.stack.surroundings.smtp.folder
        assert folder
        return [mail for mail in mails_in(folder) if not domains or mail.address.endswith(domains)]

    def log(self, service: str, part: str) -> list[str]:
        """Return the lines that a part has logged."""
        return (self.stack.folder / "logs" / f"{service}-{part}.log").read_text().splitlines()

    async def _state(self) -> tuple[int, ...] | None:
        """Return what has been taken in so far, or None while anything is under way."""
        if any([(await self.rows(service, query))[0][0] for service, query in UNDER_WAY.items()]):
            return None
        queues = ["membership.inbox", "membership.ours.inbox", "meetings.inbox", "notifications.inbox"]
        if any([await self.broker.waiting(queue) for queue in queues]):
            return None
        return tuple([(await self.rows(service, query))[0][0] for service, query in TAKEN_IN.items()])

    async def _take_answer(self, answer: AbstractIncomingMessage) -> None:
        async with answer.process():
            self.answers.append({"type": answer.headers["ce-type"], **json.loads(answer.body)})
