"""Commands and replies over one connection, in the order in which they were sent."""

import asyncio
import ssl
from collections import deque
from typing import NamedTuple, cast

# Of one reply in octets, and of replies that nobody asked for: more is nonsense.
LONGEST_REPLY = 16384
MOST_UNREAD = 100


class Broken(Exception):
    """The connection is gone, or what comes over it makes no sense."""


class Reply(NamedTuple):
    """What a server says: its code, and its lines without that."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether what was asked is done."""
        return 200 <= self.code < 300


class Dialogue(asyncio.Protocol):
    """Reads replies as they come; a connection that breaks is told of once all that came before is read."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._end: str | None = None
        self._changed: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._full = False

    @property
    def at_rest(self) -> bool:
        """Whether the connection stands and nothing came that was not asked for."""
        return not (self._end or self._replies or self._lines or self._unread)

    def write(self, octets: bytes) -> None:
        """Send; whoever waits for the reply learns if that could not be."""
        if self._transport and not self._end:
            self._transport.write(octets)

    async def reply(self, within: float) -> Reply:
        """Return the next reply; raise Broken."""
        if not self._replies:
            await self._until_reply(within)
        return self._replies.popleft()

    async def ask(self, command: bytes, within: float) -> Reply:
        """Send a command and return its reply; raise Broken."""
        self.write(command + b"\r\n")
        return await self.reply(within)

    async def room(self, within: float) -> None:
        """Return once what was written is not much any more; raise Broken where none of it leaves for so long."""
        while self._full and self._transport and not self._end and not self._replies:
            before = self._transport.get_write_buffer_size()
            try:
                async with asyncio.timeout(within):
                    await self._change()
            except TimeoutError:
                if self._transport.get_write_buffer_size() >= before:
                    raise self._given_up(f"nothing taken for {within:.0f} s") from None

    async def disturbed(self) -> None:
        """Return once the connection is not at rest any more."""
        while self.at_rest:
            await self._change()

    async def encrypt(self, tls: ssl.SSLContext, host: str, within: float) -> None:
        """Go on in TLS; what came before it, from whomever, is forgotten. Raise OSError."""
        if self._transport is None or self._end:
            raise Broken(self._end or "not connected")
        self._unread, self._lines = b"", []
        self._replies.clear()
        upgraded = await asyncio.get_running_loop().start_tls(
            self._transport, self, tls, server_hostname=host, ssl_handshake_timeout=within
        )
        self._transport = cast(asyncio.Transport, upgraded)

    def hang_up(self) -> None:
        """Drop the connection at once."""
        self._break("hung up")
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._read(line)
        if len(self._replies) > MOST_UNREAD or len(self._unread) + sum(map(len, self._lines)) > LONGEST_REPLY:
            self._given_up("a reply without an end")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._break(f"{type(exc).__name__}: {exc}" if exc else "the server closed the connection")

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

    def _read(self, line: bytes) -> None:
        code, mark = line[:3], line[3:4]
        if not code.isdigit() or mark not in (b" ", b"-", b"\r", b""):
            self._given_up("what came is no reply")
        if self._end:
            return
        self._lines.append(line[4:].decode(errors="replace").strip())
        if mark != b"-":
            self._replies.append(Reply(int(code), "\n".join(self._lines)))
            self._lines = []

    async def _until_reply(self, within: float) -> None:
        clock = asyncio.get_running_loop().time
        due = clock() + within
        while not self._replies:
            if self._end:
                raise Broken(self._end)
            if clock() >= due:
                raise self._given_up(f"no reply within {within:.0f} s")
            self._set_alarm(due)
            await self._change()

    async def _change(self) -> None:
        self._changed = asyncio.get_running_loop().create_future()
        await self._changed

    def _set_alarm(self, due: float) -> None:
        """Wake by then; an alarm that rings before that is left, because most waits end long before theirs."""
        if self._alarm and self._alarm.when() <= due:
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._wake()

    def _wake(self) -> None:
        if self._changed and not self._changed.done():
            self._changed.set_result(None)

    def _given_up(self, why: str) -> Broken:
        self._break(why)
        self.hang_up()
        return Broken(why)

    def _break(self, why: str) -> None:
        self._end = self._end or why
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        self._wake()
