"""A far server that does what SMTP asks, but for one thing at one stage, to one mail or one connection."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OPENING = ("connect", "EHLO", "STARTTLS", "AUTH")
MAILING = ("MAIL", "RCPT", "DATA", "mid-body", "end")
ACTS = ("drop", "4xx", "5xx", "drip", "silence", "garbage")

REPLIES = {
    "4xx": b"450 4.3.2 not now\r\n",
    "5xx": b"550 5.7.1 never\r\n",
    "garbage": b"\0\xff, or what?\r\n",
    "gone": b"550 5.2.1 disabled\r\n",
    "closing": b"421 4.3.2 closing\r\n",
    "rude": b"550 5.7.1 never\r\n",
    "injected": b"220 go on\r\n250-far.example\r\n250 SIZE 1\r\n",
}
DRIP_SECONDS = 0.3


class Gone(Exception):
    """The server hangs up."""


@dataclass
class Rogue:
    """What it accepted, in order, and what it does at which stage; of mails, to the victim's.

    `times` is how often it does so before it behaves. `plans` are what it does beside that, once each, at a stage to
    the mail of one recipient.
    """

    stage: str = ""
    act: str = ""
    victim: str = ""
    pipelining: bool = True
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    times: int = 1
    plans: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        if self.tls:
            return f"smtp+starttls://user:password@localhost:{self.port}"
        return f"smtp://127.0.0.1:{self.port}"

    def act_at(self, stage: str, address: str) -> str | None:
        """Return how to misbehave now, None where it behaves."""
        if planned := self.plans.pop((stage, address), None):
            return planned
        is_meant = self.stage == stage and (not address or address.partition("@")[0].endswith(self.victim))
        if not (self.times and is_meant):
            return None
        self.times -= 1
        return self.act

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        try:
            await Talk(self, reader, writer).run()
        except (Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()


class Talk:
    """One connection to it."""

    def __init__(self, rogue: Rogue, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._rogue = rogue
        self._reader = reader
        self._writer = writer
        self._sender = ""
        self._recipient = ""

    async def run(self) -> None:
        await self._say("connect", b"220 far.example\r\n")
        while line := (await self._reader.readline()).decode().strip():
            match line.split(" ")[0].upper():
                case "EHLO":
                    await self._say("EHLO", self._offers())
                case "STARTTLS":
                    await self._encrypt()
                case "AUTH":
                    await self._say("AUTH", b"235 2.7.0 welcome\r\n")
                case "MAIL":
                    await self._mail(line.partition("<")[2].partition(">")[0])
                case "RCPT":
                    await self._rcpt(line.partition("<")[2].partition(">")[0])
                case "DATA":
                    await self._data()
                case "RSET":
                    self._sender = self._recipient = ""
                    self._writer.write(b"250 2.0.0 forgotten\r\n")
                case "QUIT":
                    self._writer.write(b"221 2.0.0 bye\r\n")
                    raise Gone
                case _:
                    self._writer.write(REPLIES.get(self._rogue.act, b"500 5.5.2 what?\r\n"))

    def _offers(self) -> bytes:
        is_plain = self._writer.get_extra_info("sslcontext") is None
        offers = ["far.example", "ENHANCEDSTATUSCODES"]
        offers += ["PIPELINING"] if self._rogue.pipelining else []
        offers += ["STARTTLS"] if self._rogue.tls and is_plain else []
        offers += ["AUTH PLAIN"] if self._rogue.tls and not is_plain else []
        return "".join(f"250-{offer}\r\n" for offer in offers).encode() + b"250 HELP\r\n"

    async def _encrypt(self) -> None:
        assert self._rogue.tls
        if await self._say("STARTTLS", b"220 go on\r\n") or self._rogue.act == "injected":
            await self._writer.start_tls(self._rogue.tls)

    async def _mail(self, address: str) -> None:
        if self._sender:
            self._writer.write(b"503 5.5.1 nested MAIL\r\n")
        elif await self._say("MAIL", b"250 2.1.0 fine\r\n", address):
            self._sender = address

    async def _rcpt(self, address: str) -> None:
        if not self._sender:
            self._writer.write(b"503 5.5.1 MAIL first\r\n")
        elif await self._say("RCPT", b"250 2.1.5 fine\r\n", address):
            self._recipient = address

    async def _data(self) -> None:
        if not self._recipient:
            self._writer.write(b"554 5.5.1 no valid recipients\r\n")
            return
        if not await self._say("DATA", b"354 go on\r\n", self._recipient):
            return
        lines: list[bytes] = []
        while (line := await self._reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
            if len(lines) == 5 and not await self._say("mid-body", b"", self._recipient):
                if self._rogue.act == "rude":
                    return
                raise Gone
        recipient, self._sender, self._recipient = self._recipient, "", ""
        if await self._say("end", b"250 2.0.0 taken\r\n", recipient):
            self._rogue.accepted.append((recipient, b"".join(lines)))

    async def _say(self, stage: str, reply: bytes, address: str = "") -> bool:
        """Say what is right, unless this is where to misbehave; say which it was."""
        act = self._rogue.act_at(stage, address)
        if act is None:
            self._writer.write(reply)
            return True
        await self._act(act)
        return False

    async def _act(self, act: str) -> None:
        match act:
            case "drop":
                raise Gone
            case "drip":
                for octet in b"250 2.0.0 well, perhaps":
                    self._writer.write(bytes([octet]))
                    await asyncio.sleep(DRIP_SECONDS)
                raise Gone
            case "silence":
                while await self._reader.read(65536):
                    pass
            case _:
                self._writer.write(REPLIES[act])
                await self._writer.drain()


@asynccontextmanager
async def running(rogue: Rogue) -> AsyncIterator[Rogue]:
    """Run one on a free port of this machine."""
    server = await asyncio.start_server(rogue.talk, "127.0.0.1", 0)
    rogue.port = server.sockets[0].getsockname()[1]
    try:
        yield rogue
    finally:
        server.close()
