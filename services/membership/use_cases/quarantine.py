"""What becomes of messages that could not be taken in: another try, put aside, no longer waiting, forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared import logs
from shared.contracts.upstream import Answer, MessageRejected
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import storage
from ..envelope import read
from ..intake import Intake, answer, rejection
from ..messages import Kept, MessageKey, Refusal, Reported, TakenIn
from ..quarantine import TRIABLE, Act, Tried
from .halving import halved
from .locking import read_again
from .taking_in import begin, current_codes, store

log = logs.get(__name__)

MOST_AT_ONCE = 500
KEPT_FOR = timedelta(days=365)
UNKNOWN = "there is no such message"


async def replay(conn: Connection, kept_ids: Sequence[int], act: Act) -> list[Tried]:
    """Try messages in quarantine again, together, so that one may make way for another; say what came of each.

    Those that we fail on are tried in halves until the one at fault stands alone, and undo no other.
    """

    async def together(some: Sequence[int]) -> list[Tried]:
        return await _replay_together(conn, some, act)

    async def alone(kept_id: int, why: Exception) -> list[Tried]:
        log.error("a message in quarantine that we fail on", quarantine_id=kept_id, exc_info=why)
        tried = [Tried(kept_id, note=f"we failed on it ({type(why).__name__})")]
        await storage.add_failures(conn, tried, act)
        return tried

    return await halved(conn, list(dict.fromkeys(kept_ids)), together, alone)


async def _replay_together(conn: Connection, kept_ids: Sequence[int], act: Act) -> list[Tried]:
    codes = await current_codes(conn)
    seen = {kept.id: kept for kept in await storage.messages_in_quarantine(conn, kept_ids)}
    found = {kept.id: read_again(kept, codes, act.at) for kept in seen.values() if kept.state in TRIABLE}
    reported = {kept_id: again for kept_id, again in found.items() if isinstance(again, Reported)}
    # What messages are about is locked before what is kept of them, as the door does it.
    intake, waiting = await begin(conn, list(reported.values()), codes, act.at)
    locked = {kept.id: kept for kept in await storage.locked_messages(conn, kept_ids)}
    chosen = [(kept, reported[kept.id]) for kept in locked.values() if kept.id in reported and _stands(kept, seen)]
    intake.finish([*chosen, *((kept, again) for kept, again in waiting if kept.id not in reported)])
    await store(conn, intake, act)
    tried = [Tried(kept_id, note=UNKNOWN) for kept_id in kept_ids if kept_id not in locked]
    tried += [_came_of(kept, _stands(kept, seen), found.get(kept.id), intake) for kept in locked.values()]
    await storage.add_failures(conn, [one for one in tried if one.id in locked and not one.outcome], act)
    return tried


def _stands(kept: Kept, seen: Mapping[int, Kept]) -> bool:
    """Tell whether a message may be tried, and says what it said when it was read."""
    return kept.state in TRIABLE and kept.id in seen and kept.standing == seen[kept.id].standing


def _came_of(kept: Kept, stands: bool, again: Reported | Refusal | None, intake: Intake) -> Tried:
    if outcome := intake.replayed.get(kept.id):
        return Tried(kept.id, outcome)
    if again is None or not stands:
        changed = "was changed in this moment" if kept.state in TRIABLE else f"is {kept.state} already"
        return Tried(kept.id, note=changed)
    refusal = again if isinstance(again, Refusal) else intake.too_early(again)
    return Tried(kept.id, faults=refusal.faults)


async def dismiss(conn: Connection, kept_ids: Sequence[int], reason: str, act: Act) -> list[Tried]:
    """Decide of messages that are held that nothing shall come of them; nobody is told. Say what came of each."""
    locked = {kept.id: kept for kept in await storage.locked_messages(conn, kept_ids)}
    held = [kept.id for kept in locked.values() if kept.state == "held"]
    await storage.mark_settled(conn, dict.fromkeys(held, reason), "dismissed", act.at, act)
    return [
        Tried(kept_id, "dismissed")
        if kept_id in held
        else Tried(kept_id, note=f"is {locked[kept_id].state}, not held" if kept_id in locked else UNKNOWN)
        for kept_id in dict.fromkeys(kept_ids)
    ]


async def give_up_waiting(conn: Connection, now: datetime) -> bool:
    """Hold and answer the messages that have waited long enough; return whether there may be more.

    One that was taken in meanwhile, as its system repaired it, is answered as that was.
    """
    overdue = await storage.overdue_messages(conn, now, MOST_AT_ONCE)
    keys = {(kept.source, kept.message_id) for kept in overdue if kept.source and kept.message_id}
    known = await storage.taken_in_messages(conn, keys)
    answers = {kept.id: _last_answer(kept, known, now) for kept in overdue}
    late = [kept_id for kept_id, said in answers.items() if isinstance(said, MessageRejected)]
    await storage.mark_settled(conn, dict.fromkeys(late), "held", now)
    await storage.mark_settled(conn, dict.fromkeys(answers.keys() - set(late)), "cleared", now)
    said = [(kept.delivery.system, answers[kept.id]) for kept in overdue for _ in range(kept.times)]
    await outbox.add_answers(conn, said)
    return len(overdue) == MOST_AT_ONCE


def _last_answer(kept: Kept, known: Mapping[MessageKey, TakenIn], now: datetime) -> Answer:
    again = read(kept.standing, now)
    if isinstance(again, Reported) and (taken_in := known.get(again.key)):
        return answer(again, taken_in)
    return rejection(Refusal(kept.source, kept.message_id, kept.message_type, kept.faults))


async def forget_settled(conn: Connection, now: datetime) -> bool:
    """Remove the messages that were settled long ago, for they tell of people; return whether there may be more."""
    return await storage.remove_settled(conn, now - KEPT_FOR, MOST_AT_ONCE) == MOST_AT_ONCE
