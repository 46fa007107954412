"""The envelope of a mail: sent at once or step by step, and what the server says to it."""

from typing import NamedTuple

from ..domain import Outcome
from .commands import envelope
from .dialogue import Broken
from .letters import Letter
from .replies import CLOSING, Stage, outcome_of
from .session import Session

STAGES: tuple[Stage, ...] = ("sender", "recipient", "message")
SEND_MESSAGE = 354


class Answer(NamedTuple):
    """What came of an envelope.

    `refusal` is why the mail is not taken, if so; some servers await its message (`is_open`) all the same. Where the
    connection is not `usable`, nothing more can be said over it.
    """

    refusal: Outcome | None = None
    is_open: bool = False
    usable: bool = True


async def announce(session: Session, letter: Letter, *, is_sent: bool) -> Answer:
    """Send an envelope, where that is not done yet, and return what the server says to it."""
    commands = () if is_sent else envelope(letter, session.offers)
    if session.pipelining:
        session.dialogue.write(b"".join(commands))
    answer = Answer()
    for position, stage in enumerate(STAGES):
        if not session.pipelining:
            session.dialogue.write(commands[position])
        answer = await _heard(session, stage, answer.refusal)
        if not answer.usable or (answer.refusal and not session.pipelining):
            return answer
    if answer.refusal is None and not session.dialogue.at_rest:
        return Answer(Outcome("lost", "more was said than asked", fault="session"), usable=False)
    return answer


async def _heard(session: Session, stage: Stage, refusal: Outcome | None) -> Answer:
    """Read the next reply; the first that refuses is what counts."""
    try:
        reply = await session.dialogue.reply(session.limits.command)
    except Broken as why:
        return Answer(refusal or Outcome("lost", str(why), fault="session"), usable=False)
    is_open = stage == "message" and reply.code == SEND_MESSAGE
    if refusal is None and not is_open and (stage == "message" or not reply.is_good):
        refusal = outcome_of(stage, reply.code, reply.text)
    is_over = reply.code == CLOSING or (refusal is not None and refusal.result == "lost")
    return Answer(refusal, is_open, usable=not is_over)
