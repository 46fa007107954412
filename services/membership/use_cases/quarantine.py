"""What becomes of messages that could not be taken in: another try, or no longer waiting."""

from collections.abc import Sequence
from datetime import datetime

from shared.contracts.upstream import Fault
from shared.database.pool import Connection
from shared.errors import Conflict, NotFound
from shared.messaging import outbox

from .. import storage
from ..envelope import read
from ..intake import Incoming, check, rejection
from ..messages import Refusal
from .taking_in import begin, current_codes, store

MOST_AT_ONCE = 500


class NotOpen(Conflict):
    """A message in quarantine was dealt with already."""

    code = "quarantine_not_open"


async def replay(conn: Connection, kept_id: int, now: datetime) -> str:
    """Try a message in quarantine again and return what became of it.

    Raises:
        NotFound: there is no such message.
        NotOpen: it was dealt with already.
        Conflict: it still cannot be taken in; the detail says why.
    """
    kept = await storage.find_kept(conn, kept_id)
    if kept is None:
        raise NotFound(f"no message {kept_id} in quarantine")
    if kept.state not in ("held", "waiting"):
        raise NotOpen(f"message {kept_id} is {kept.state} already")
    codes = await current_codes(conn)
    again = check(Incoming(kept.delivery, read(kept.delivery, now)), codes).read
    if isinstance(again, Refusal):
        raise Conflict(_in_words(again.faults))
    intake, waiting = await begin(conn, [again], codes, now)
    if not intake.take_again(kept, again):
        raise Conflict(_in_words(intake.too_early(again).faults))
    intake.finish([(one, found) for one, found in waiting if one.id != kept_id])
    await store(conn, intake)
    return intake.known[again.source, again.id].outcome


async def give_up_waiting(conn: Connection, now: datetime) -> bool:
    """Hold and answer the messages that have waited long enough; return whether there may be more."""
    overdue = await storage.overdue_messages(conn, now, MOST_AT_ONCE)
    await storage.mark_settled(conn, [kept.id for kept in overdue], "held", now)
    answers = [
        (kept.delivery.system, rejection(Refusal(kept.source, kept.message_id, kept.message_type, kept.faults)))
        for kept in overdue
        for _ in range(kept.times)
    ]
    await outbox.add_answers(conn, answers)
    return len(overdue) == MOST_AT_ONCE


def _in_words(faults: Sequence[Fault]) -> str:
    return "; ".join(f"{fault.field} {fault.reason}: expected {fault.expected}" for fault in faults)
