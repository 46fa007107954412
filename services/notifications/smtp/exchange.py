"""What is said over an open connection, from one mail to the last."""

from collections.abc import AsyncIterator
from dataclasses import replace

from shared import logs

from ..domain import Outcome
from .ahead import Ahead
from .announcing import announce
from .commands import content, envelope
from .dialogue import Broken
from .letters import Letter, Report
from .replies import CLOSING, outcome_of, said
from .session import Session

log = logs.get(__name__)


class Exchange:
    """Sends letters over a session, each message together with the next one's envelope where the server takes that."""

    def __init__(self, session: Session, letters: AsyncIterator[Letter], report: Report) -> None:
        self._session = session
        self._dialogue = session.dialogue
        self._limits = session.limits
        self._report = report
        self._ahead = Ahead(letters, report, session.offers)
        self._usable = True

    async def run(self) -> bool:
        """Send until the letters end or the connection is to be renewed; say whether it is usable still."""
        try:
            letter, is_announced = await self._next(), False
            while letter:
                following = await self._send(letter, is_announced=is_announced)
                is_announced = following is not None
                letter = following or await self._next()
        finally:
            await self._ahead.stop()
        return self._usable

    async def _next(self) -> Letter | None:
        """Return the next letter, None where this connection begins no more."""
        if not (self._usable and self._session.takes_more):
            return None
        letter = await self._ahead.wait(self._dialogue)
        if letter is None or not self._session.takes_more:
            return None
        self._begin()
        return letter

    async def _send(self, letter: Letter, *, is_announced: bool) -> Letter | None:
        """Send one letter; return the next where that is announced by now."""
        refusal, is_open, self._usable = await announce(self._session, letter, is_sent=is_announced)
        if refusal and not self._usable:
            # What the connection did counts against the first letter on it alone: so each connection gets on by one.
            if refusal.fault != "session" or not self._session.reported:
                self._settle(letter, refusal)
            return None
        following, envelope_of_following = self._look_ahead()
        if refusal:
            self._settle(letter, refusal)
            await self._withdraw(envelope_of_following, is_open=is_open)
        else:
            self._settle(letter, await self._deliver(letter, envelope_of_following))
        return following if self._usable else None

    def _look_ahead(self) -> tuple[Letter | None, bytes]:
        """Return the next letter and its envelope, where both can leave with what is sent now."""
        if not (self._session.pipelining and self._session.takes_more):
            return None, b""
        letter = self._ahead.ready()
        if letter is None:
            return None, b""
        self._begin()
        return letter, b"".join(envelope(letter, self._session.offers))

    def _begin(self) -> None:
        """Count a letter, and fetch the one after it meanwhile."""
        self._session.mails += 1
        if self._session.takes_more:
            self._ahead.fetch()

    async def _deliver(self, letter: Letter, tail: bytes) -> Outcome:
        """Send a message and what follows it; return what became of the message."""
        try:
            self._dialogue.write(content(letter) + tail)
            await self._dialogue.room(self._limits.block)
            reply = await self._dialogue.reply(self._limits.message)
        except Broken as why:
            self._usable = False
            return Outcome("lost", str(why), may_have_arrived=True, fault="session")
        except BaseException:
            self._settle(letter, Outcome("lost", "cut off", may_have_arrived=True, fault="session"))
            raise
        if reply.is_good:
            return Outcome("accepted", said(reply.code, reply.text), may_have_arrived=True)
        # Nobody knows how much a server read of what it refuses.
        self._usable = False
        outcome = outcome_of("message", reply.code, reply.text)
        return outcome if 400 <= reply.code < 600 else replace(outcome, may_have_arrived=True)

    async def _withdraw(self, tail: bytes, *, is_open: bool) -> None:
        """End a mail that the server did not take: with an empty message where it awaits one, which it must refuse."""
        self._dialogue.write((b".\r\n" if is_open else b"RSET\r\n") + tail)
        try:
            reply = await self._dialogue.reply(self._limits.message if is_open else self._limits.command)
        except Broken:
            self._usable = False
            return
        if is_open and reply.is_good:
            log.warning("the mail server took an empty mail for nobody", reply=said(reply.code, reply.text))
        self._usable = reply.is_good != is_open and reply.code != CLOSING

    def _settle(self, letter: Letter, outcome: Outcome) -> None:
        self._report(letter, outcome)
        self._session.reported += 1
