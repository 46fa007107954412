"""The far SMTP server: a real one in this process that keeps what it accepts, and misbehaves where it is told to."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

# What to answer at RCPT or after the message: a reply, DROP to hang up, None to accept.
DROP = "drop the connection"
Answer = Callable[[str], str | None]


@dataclass
class FarServer:
    """What the server accepted, in order, what it offers beside aiosmtpd's own, and how it answers."""

    port: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    return_paths: list[str] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    connections: int = 0
    offers: Sequence[str] = ("PIPELINING",)
    at_recipient: Answer = lambda address: None
    after_message: Answer = lambda address: None
    _held: tuple[asyncio.Event, asyncio.Event] | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages accepted for one address, in order."""
        return [message_from_bytes(octets, policy=policy.default) for to, octets in self.accepted if to == address]

    def hold(self, in_hand: asyncio.Event, go_on: asyncio.Event) -> None:
        """Say when a message has come, and answer it only when told to go on."""
        self._held = in_hand, go_on

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{offer}" for offer in self.offers), responses[-1]]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts[address] += 1
        return self._said(server, self.at_recipient(address)) or self._take(envelope, address)

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (address,) = envelope.rcpt_tos
        if self._held:
            in_hand, go_on = self._held
            in_hand.set()
            await go_on.wait()
        answer = self.after_message(address)
        if answer is None or answer == DROP:
            assert isinstance(envelope.original_content, bytes)
            self.accepted.append((address, envelope.original_content))
            self.return_paths.append(envelope.mail_from or "")
        return self._said(server, answer) or "250 2.0.0 taken as 1A2B"

    def _take(self, envelope: Envelope, address: str) -> str:
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    def _said(self, server: SMTP, answer: str | None) -> str | None:
        if answer != DROP:
            return answer
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        return "421 gone"


@asynccontextmanager
async def far_server() -> AsyncIterator[FarServer]:
    """Run one on a free port of this machine."""
    far = FarServer()
    loop = asyncio.get_running_loop()

    def protocol() -> Any:
        far.connections += 1
        return SMTP(far, hostname="far.example", loop=loop, enable_SMTPUTF8=False)

    running = await loop.create_server(protocol, "127.0.0.1", 0, family=socket.AF_INET)
    far.port = running.sockets[0].getsockname()[1]
    try:
        yield far
    finally:
        running.close()
