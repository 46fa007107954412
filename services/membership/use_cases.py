"""What membership does: takes in messages, tries again what came too early, and keeps the calendar's time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from shared import logs
from shared.clock import local_day
from shared.contracts.membership import MemberJoined, MemberLeft
from shared.contracts.upstream import Fault
from shared.database.pool import Connection
from shared.errors import Conflict, NotFound
from shared.messaging import outbox

from . import storage
from .domain import Register
from .envelope import read
from .intake import Codes, Incoming, Intake, check, keeping, rejection, too_early
from .messages import Failed, Kept, Refusal, Reported, organisation_key

log = logs.get(__name__)

MOST_AT_ONCE = 500


class NotOpen(Conflict):
    """A message in quarantine was dealt with already."""

    code = "quarantine_not_open"


async def take_in(conn: Connection, group: Sequence[Incoming], now: datetime) -> None:
    """Take in a group of messages, and those that waited for them; keep what cannot be taken in; answer all."""
    codes = await _codes(conn)
    checked = [check(incoming, codes) for incoming in group]
    reported = [incoming.read for incoming in checked if isinstance(incoming.read, Reported)]
    intake, waiting = await _begin(conn, reported, codes, now)
    for incoming in checked:
        intake.take(incoming)
    intake.finish(waiting)
    await _store(conn, intake)


async def hold(conn: Connection, group: Sequence[Failed], now: datetime) -> None:
    """Keep messages that we fail on until somebody has mended us, and answer them."""
    refused = [(failed.delivery, _our_own_fault(failed, now)) for failed in group]
    await storage.add_kept(conn, [keeping(delivery, refusal) for delivery, refusal in refused])
    await outbox.add_answers(conn, [(delivery.system, rejection(refusal)) for delivery, refusal in refused])


def _our_own_fault(failed: Failed, now: datetime) -> Refusal:
    reason = f"we failed on it ({type(failed.why).__name__}); we were told and look into it"
    fault = Fault(field="", code="internal", reason=reason, expected="nothing else from you")
    found = read(failed.delivery, now)
    message_type = found.message.type if isinstance(found, Reported) else found.type
    return Refusal(found.source, found.id, message_type, (fault,))


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
    codes = await _codes(conn)
    again = check(Incoming(kept.delivery, read(kept.delivery, now)), codes).read
    if isinstance(again, Refusal):
        raise Conflict(_in_words(again.faults))
    intake, waiting = await _begin(conn, [again], codes, now)
    if not intake.take_again(kept, again):
        raise Conflict(_in_words(too_early(again, intake.register).faults))
    intake.finish([(one, found) for one, found in waiting if one.id != kept_id])
    await _store(conn, intake)
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


async def keep_time(conn: Connection, now: datetime) -> bool:
    """Say of the terms that begin or end by today that they do; return whether there may be more."""
    register = await storage.load_due(conn, local_day(now), MOST_AT_ONCE)
    register.keep_time(correlation_id=str(uuid4()))
    await _store_register(conn, register)
    return MOST_AT_ONCE in (len(register.organisations), len(register.mandates))


async def _codes(conn: Connection) -> Codes:
    kinds, municipalities = await storage.known_codes(conn)
    return Codes(kinds, municipalities, await storage.sources(conn))


async def _waiting_for(
    conn: Connection, reported: Sequence[Reported], codes: Codes, now: datetime
) -> list[tuple[Kept, Reported]]:
    organisations = {(r.source, organisation_key(r.message)) for r in reported}
    kept = await storage.waiting_messages(conn, organisations)
    again = [(one, check(Incoming(one.delivery, read(one.delivery, now)), codes).read) for one in kept]
    return [(one, found) for one, found in again if isinstance(found, Reported)]


async def _begin(
    conn: Connection, reported: Sequence[Reported], codes: Codes, now: datetime
) -> tuple[Intake, list[tuple[Kept, Reported]]]:
    """Lock and load what the messages touch, and find those that wait for them."""
    await storage.lock(conn, reported)
    waiting = await _waiting_for(conn, reported, codes, now)
    if waiting:
        await storage.lock(conn, [again for _, again in waiting])
    group = [*reported, *(again for _, again in waiting)]
    known = await storage.taken_in_messages(conn, {(r.source, r.id) for r in group})
    register = await storage.load(conn, group, local_day(now))
    return Intake(register, known, now), waiting


async def _store(conn: Connection, intake: Intake) -> None:
    await _store_register(conn, intake.register)
    taken_in = [(r.source, r.id, r.system, r.message.type, what) for r, what in intake.fresh.values()]
    await storage.add_taken_in(conn, taken_in)
    await storage.mark_cleared(conn, list(intake.fresh), intake.now)
    await storage.mark_settled(conn, intake.replayed, "replayed", intake.now)
    await storage.add_kept(conn, intake.keepings)
    await outbox.add_answers(conn, intake.answers)
    for reported, what in intake.fresh.values():
        log.info(
            "taken in",
            correlation_id=reported.correlation_id,
            system=reported.system,
            event_type=reported.message.type,
            outcome=what.outcome,
        )
    for kept in intake.keepings:
        log.warning(
            "kept in quarantine",
            system=kept.delivery.system,
            waiting=kept.wait_until is not None,
            faults=[f"{fault.field}: {fault.code}" for fault in kept.faults],
        )


async def _store_register(conn: Connection, register: Register) -> None:
    await storage.store(conn, register)
    await storage.add_history(conn, [e for e in register.events if isinstance(e, MemberJoined | MemberLeft)])
    await outbox.add(conn, *register.events)


def _in_words(faults: Sequence[Fault]) -> str:
    return "; ".join(f"{fault.field} {fault.reason}: expected {fault.expected}" for fault in faults)
