"""What each peer is given: where everything is, and what it is to write for each message."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from pydantic import ValidationError

from deploy.local.demo.messages import Message
from shared.contracts.upstream import MESSAGES

from .plan import Planned

KNOWN = {message.type: message for message in MESSAGES}


@dataclass(frozen=True)
class Peer:
    """A peer, told to stop by `stopped`."""

    amqp_url: str
    queue: str
    pool: "asyncpg.Pool[asyncpg.Record]"
    messages: Sequence[Message]
    planned: Planned
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, headers: Mapping[str, object], body: bytes) -> str:
        """Read a message by its contract, as whoever takes it in must; return its id. What is broken is planned for."""
        with suppress(KeyError, ValidationError):
            KNOWN[str(headers["cloudEvents_type"])].model_validate_json(body)
        return str(headers["cloudEvents_id"])
