"""The same with aiosmtplib: four round trips a mail, by a library that others look after too."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import aiosmtplib

from ..domain import Outcome
from .commands import Offers, not_to_be_tried
from .letters import Letter, Report
from .replies import CLOSING, Stage, outcome_of, said, without_addresses
from .server import Away, Limits, Server


class AiosmtplibConnection:
    """A connection of aiosmtplib."""

    def __init__(self, server: Server, helo: str, tls: ssl.SSLContext | None, limits: Limits) -> None:
        """`tls` serves many connections: making one takes longer than a handshake."""
        self._server = server
        self._helo = helo
        self._tls = tls
        self._limits = limits
        self._client: aiosmtplib.SMTP | None = None
        self._offers: Offers = {}
        self._mails = 0
        self._until = 0.0

    async def open(self) -> None:
        """Be connected, or raise Away."""
        if self._takes_more():
            return
        await self.close()
        client = self._new_client()
        try:
            await client.connect(timeout=self._limits.connect)
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as why:
            client.close()
            raise Away(_said(why)) from why
        self._client, self._mails = client, 0
        self._until = asyncio.get_running_loop().time() + self._limits.age
        self._offers = {name.upper(): parameters for name, parameters in client.esmtp_extensions.items()}

    async def exchange(self, letters: AsyncIterator[Letter], report: Report) -> None:
        """Hand letters over, as `letters.Connection` says."""
        if self._client is None or not self._takes_more():
            raise Away("not connected any more")
        reported = 0
        while self._takes_more() and (letter := await anext(letters, None)):
            outcome = not_to_be_tried(letter, self._offers)
            if outcome is None:
                outcome, is_its_own = await self._send(self._client, letter, report)
                if reported and not is_its_own:
                    return
            report(letter, outcome)
            reported += 1

    async def close(self) -> None:
        """Say goodbye and hang up."""
        client, self._client = self._client, None
        if client and client.is_connected:
            try:
                await client.quit(timeout=self._limits.goodbye)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    def _takes_more(self) -> bool:
        if self._client is None or not self._client.is_connected:
            return False
        return self._mails < self._limits.mails and asyncio.get_running_loop().time() < self._until

    async def _send(self, client: aiosmtplib.SMTP, letter: Letter, report: Report) -> tuple[Outcome, bool]:
        """Send one letter; return what became of it, and whether it had a part in that itself."""
        self._mails += 1
        stage: Stage = "sender"
        try:
            await client.mail(letter.return_path)
            stage = "recipient"
            await client.rcpt(letter.recipient)
            stage = "message"
            reply = await client.data(letter.message, timeout=self._limits.message)
        except aiosmtplib.SMTPResponseException as why:
            return await self._not_taken(client, stage, why)
        except Exception as why:
            self._hang_up()
            given = stage == "message"
            return Outcome("lost", _said(why), may_have_arrived=given, fault="session"), given
        except BaseException:
            self._hang_up()
            if stage == "message":
                report(letter, Outcome("lost", "cut off", may_have_arrived=True, fault="session"))
            raise
        return Outcome("accepted", said(reply.code, reply.message), may_have_arrived=True), True

    async def _not_taken(
        self, client: aiosmtplib.SMTP, stage: Stage, why: aiosmtplib.SMTPResponseException
    ) -> tuple[Outcome, bool]:
        """Nobody knows how much a server read of a message that it refuses; after that, too, the connection ends."""
        outcome = outcome_of(stage, why.code, why.message)
        if stage == "message" and not 400 <= why.code < 600:
            outcome = replace(outcome, may_have_arrived=True)
        is_over = outcome.result == "lost" or why.code == CLOSING or stage == "message"
        if is_over or not await self._reset(client):
            self._hang_up()
        return outcome, stage == "message" or not is_over or outcome.fault != "session"

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
            timeout=self._limits.command,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp+starttls",
            tls_context=self._tls,
        )


def _said(why: BaseException) -> str:
    if isinstance(why, aiosmtplib.SMTPResponseException):
        return said(why.code, why.message)
    return f"{type(why).__name__}: {without_addresses(str(why))}"
