"""SMTP with aiosmtplib: one connection that is kept, and what its server's replies mean for an e-mail."""

import asyncio
import ssl
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from shared.errors import Trouble

from ..domain import Outcome
from .replies import Stage, outcome_of, said, without_addresses

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
CONNECT_SECONDS = 30
COMMAND_SECONDS = 120
# RFC 5321 4.5.3.2.6: who gives up earlier sends the mail twice.
FINAL_REPLY_SECONDS = 600
ATTEMPT_SECONDS = 720
QUIT_SECONDS = 2
MAILS_A_CONNECTION = 100


class Away(Trouble):
    """The server cannot be talked to now; nothing was tried, so nothing is known of any e-mail."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the mail server is away ({why})")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None

    def tls(self) -> ssl.SSLContext | None:
        """Return what verifies the server's certificate, where the connection is to be encrypted."""
        return None if self.scheme == "smtp" else ssl.create_default_context()

    @classmethod
    def read(cls, url: str) -> Self:
        """Read smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]; raise ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("is no smtp://, smtps:// or smtp+starttls:// address with a host")
        return cls(
            parts.scheme,
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


class Connection:
    """One connection that is opened when needed, kept, and renewed after some mails or any fault."""

    def __init__(self, server: Server, helo: str, tls: ssl.SSLContext | None) -> None:
        """`tls` serves many connections: making one takes longer than a handshake."""
        self._server = server
        self._helo = helo
        self._tls = tls
        self._client: aiosmtplib.SMTP | None = None
        self._mails = 0

    async def open(self) -> None:
        """Be connected, or raise Away."""
        if self._client and self._client.is_connected and self._mails < MAILS_A_CONNECTION:
            return
        await self.close()
        client = self._new_client()
        try:
            await client.connect(timeout=CONNECT_SECONDS)
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as why:
            client.close()
            raise Away(_said(why)) from why
        self._client, self._mails = client, 0

    async def close(self) -> None:
        """Say goodbye and hang up."""
        client, self._client = self._client, None
        if client and client.is_connected:
            try:
                await client.quit(timeout=QUIT_SECONDS)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand one message over on the open connection. Whatever is no clear answer ends the connection."""
        client = self._client
        if client is None:
            raise Away("not connected")
        self._mails += 1
        stage: Stage = "sender"
        given = False
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await client.mail(sender)
                stage = "recipient"
                await client.rcpt(recipient)
                stage, given = "message", True
                reply = await client.data(message, timeout=FINAL_REPLY_SECONDS)
        except aiosmtplib.SMTPResponseException as why:
            return await self._not_taken(client, outcome_of(stage, why.code, why.message), why.code, given=given)
        except Exception as why:
            self._hang_up()
            return Outcome("lost", _said(why), may_have_arrived=given, fault="session")
        except BaseException:
            self._hang_up()
            raise
        return Outcome("accepted", said(reply.code, reply.message), may_have_arrived=True)

    async def _not_taken(self, client: aiosmtplib.SMTP, outcome: Outcome, code: int, *, given: bool) -> Outcome:
        if outcome.result == "lost" or code == 421 or not await self._reset(client):
            self._hang_up()
        return outcome if 400 <= code < 600 else replace(outcome, may_have_arrived=given)

    async def _reset(self, client: aiosmtplib.SMTP) -> bool:
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
        self._client = None

    def _new_client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self._helo,
            timeout=COMMAND_SECONDS,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp+starttls",
            tls_context=self._tls,
        )


def _said(why: BaseException) -> str:
    if isinstance(why, aiosmtplib.SMTPResponseException):
        return said(why.code, why.message)
    return f"{type(why).__name__}: {without_addresses(str(why))}"
