"""What became of e-mails is recorded, and what senders left is taken over."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from shared.database.pool import Connection

from .. import storage
from ..domain import GIVEN_UP_AFTER, Attempt, Topic
from ..sending.journal import Taken
from ..sending.pacing import Pause
from .holding import hold_blamed

# What has waited for a domain goes out ever faster: one, then two more, then four, with as many seconds in between.
STEP = timedelta(seconds=10)

# What a sender has left in its journal, as far as that is in reach.
Journals = Callable[[str], Sequence[Taken]]


async def record(conn: Connection, sender: str, attempts: Sequence[Attempt]) -> set[Topic]:
    """Record what became of e-mails that a sender tried to hand over; return the topics that are held by now."""
    await storage.record(conn, sender, attempts)
    await storage.add_deliveries(conn, sender, attempts)
    held = await hold_blamed(conn, attempts)
    missed = [attempt.email.id for attempt in attempts if not attempt.outcome.may_have_arrived]
    if missed:
        await storage.drop_cancellations_of_nothing(conn, missed)
    return held


async def take_up(
    conn: Connection,
    sender: str,
    taken: Sequence[Taken],
    journals: Journals,
    now: datetime,
    *,
    in_hand: Collection[int] = (),
) -> tuple[int, int]:
    """Take up what was left by who had a sender's name: what the journal knows is sent, and the rest waits again.

    Return how many of each there were. What the sender has `in_hand` stays there.
    """
    recorded = await storage.record_taken(conn, sender, taken)
    await _record_what_dead_senders_heard(conn, journals, now)
    return recorded, await storage.take_back(conn, now, restarted=sender, in_hand=in_hand)


async def pause_domains(conn: Connection, pauses: Sequence[Pause]) -> None:
    """Have what waits for some domains wait until they may be tried again, by steps."""
    for pause in pauses:
        await storage.postpone(conn, pause, step=STEP)


async def sweep(conn: Connection, journals: Journals, now: datetime) -> None:
    """Take over what dead senders left, keep back what was muted meanwhile, give up what is past."""
    await _record_what_dead_senders_heard(conn, journals, now)
    await storage.take_back(conn, now)
    await storage.hold_muted(conn)
    await storage.give_up_expired(conn, now)
    await storage.give_up_tried(conn, now - GIVEN_UP_AFTER)


async def _record_what_dead_senders_heard(conn: Connection, journals: Journals, now: datetime) -> None:
    for sender in await storage.overdue_senders(conn, now):
        await storage.record_taken(conn, sender, journals(sender))
