"""A connection over which a message leaves with the envelope of the next (RFC 2920): one round trip a mail."""

import ssl
from collections.abc import AsyncIterator
from contextlib import suppress

from .dialogue import Broken
from .exchange import Exchange
from .letters import Letter, Report
from .replies import said
from .server import Away, Limits, Server
from .session import Session, begin


class PipelinedConnection:
    """A connection of our own making; where the server offers no PIPELINING, every command waits for its reply."""

    def __init__(self, server: Server, helo: str, tls: ssl.SSLContext | None, limits: Limits) -> None:
        """`tls` serves many connections: making one takes longer than a handshake."""
        self._server = server
        self._helo = helo
        self._tls = tls
        self._limits = limits
        self._session: Session | None = None

    async def open(self) -> None:
        """Be connected, or raise Away."""
        session = self._session
        if session and session.takes_more and session.dialogue.at_rest:
            return
        await self.close()
        self._session = await begin(self._server, self._helo, self._tls, self._limits)

    async def exchange(self, letters: AsyncIterator[Letter], report: Report) -> None:
        """Hand letters over, as `letters.Connection` says."""
        session = self._session
        if session is None:
            raise Away("not connected")
        exchange = Exchange(session, letters, report)
        usable = False
        try:
            usable = await exchange.run()
            if not session.reported and not session.dialogue.at_rest:
                usable = False
                raise Away(await _said_unasked(session))
        finally:
            if not usable:
                session.dialogue.hang_up()
                self._session = None

    async def close(self) -> None:
        """Say goodbye and hang up."""
        session, self._session = self._session, None
        if session:
            if session.dialogue.at_rest:
                with suppress(Broken):
                    await session.dialogue.ask(b"QUIT", self._limits.goodbye)
            session.dialogue.hang_up()


async def _said_unasked(session: Session) -> str:
    try:
        reply = await session.dialogue.reply(session.limits.goodbye)
    except Broken as why:
        return str(why)
    return said(reply.code, reply.text)
