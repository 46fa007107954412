"""Takes in messages, with those that waited for them, and keeps what cannot be taken in."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from shared import logs
from shared.clock import local_day
from shared.contracts.membership import MemberJoined, MemberLeft
from shared.contracts.upstream import Fault, SnapshotEnded
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import storage
from ..domain import Register
from ..envelope import read
from ..intake import Codes, Incoming, Intake, check, keeping, rejection
from ..messages import Failed, Refusal, Reported
from ..quarantine import Act
from ..records import OrganisationKey
from ..snapshots import Snapshots
from .locking import Locked, Waiting, lock, lock_free

log = logs.get(__name__)

Lock = Callable[[Connection, Sequence[Reported], Codes, datetime], Awaitable[Locked]]


async def take_in(conn: Connection, group: Sequence[Incoming], now: datetime) -> None:
    """Take in a group of messages, and those that waited for them; keep what cannot be taken in; answer all."""
    await _take_in(conn, group, now, lock)


async def take_in_free(conn: Connection, group: Sequence[Incoming], now: datetime) -> Sequence[Incoming]:
    """Take in those of a group that no other process is at, and return the others, unless these are all."""
    return await _take_in(conn, group, now, lock_free)


async def _take_in(conn: Connection, group: Sequence[Incoming], now: datetime, locking: Lock) -> Sequence[Incoming]:
    codes = await current_codes(conn)
    checked = [check(incoming, codes) for incoming in group]
    reported = [incoming.read for incoming in checked if isinstance(incoming.read, Reported)]
    locked = await locking(conn, reported, codes, now)
    left = {r.key for r in reported} - {r.key for r in locked.reported}
    intake = await _load(conn, locked, now)
    for incoming in checked:
        if isinstance(incoming.read, Refusal) or incoming.read.key not in left:
            intake.take(incoming)
    intake.finish(locked.waiting)
    await store(conn, intake)
    return [incoming for incoming in group if isinstance(incoming.read, Reported) and incoming.read.key in left]


async def hold(conn: Connection, group: Sequence[Failed], now: datetime) -> None:
    """Keep messages that we fail on until somebody has mended us, and answer them."""
    refused = [(failed.delivery, _our_own_fault(failed, now)) for failed in group]
    await storage.add_kept(conn, [keeping(delivery, refusal) for delivery, refusal in refused])
    await outbox.add_answers(conn, [(delivery.system, rejection(refusal)) for delivery, refusal in refused])


def _our_own_fault(failed: Failed, now: datetime) -> Refusal:
    reason = f"we failed on it ({type(failed.why).__name__}); we were told and look into it"
    fault = Fault(field="", code="internal", reason=reason, expected="nothing else from you")
    try:
        found = read(failed.delivery, now)
    except Exception:  # what we failed on may be the reading
        return Refusal(None, None, None, (fault,))
    message_type = found.message.type if isinstance(found, Reported) else found.type
    return Refusal(found.source, found.id, message_type, (fault,))


async def current_codes(conn: Connection) -> Codes:
    """Return what the database knows that a message must keep to."""
    kinds, municipalities = await storage.known_codes(conn)
    return Codes(kinds, municipalities, await storage.sources(conn))


async def begin(
    conn: Connection,
    reported: Sequence[Reported],
    codes: Codes,
    now: datetime,
    organisations: Collection[OrganisationKey] = (),
) -> tuple[Intake, Waiting]:
    """Lock and load what the messages touch, and find those that wait for them, or for other organisations."""
    locked = await lock(conn, reported, codes, now, organisations)
    return await _load(conn, locked, now), locked.waiting


async def _load(conn: Connection, locked: Locked, now: datetime) -> Intake:
    group = [*locked.reported, *(again for _, again in locked.waiting)]
    known = await storage.taken_in_messages(conn, {r.key for r in group})
    ends = {(r.source, r.message.snapshot) for r in group if isinstance(r.message, SnapshotEnded)}
    snapshots = Snapshots(await storage.mentioned_messages(conn, ends))
    register = await storage.load(conn, group, local_day(now))
    return Intake(register, snapshots, known, now)


async def store(conn: Connection, intake: Intake, act: Act | None = None) -> None:
    """Store what an intake has come to, with its events and answers; `act` is what set it off, if anybody did."""
    await store_register(conn, intake.register)
    await storage.add_taken_in(conn, intake.fresh)
    await _store_snapshots(conn, intake.snapshots, intake.now)
    await storage.mark_settled(conn, intake.replayed, "replayed", intake.now, act)
    repaired = [(entry.reported.system, entry.reported.source, entry.reported.id) for entry in intake.fresh]
    await storage.mark_cleared(conn, repaired, intake.now)
    await storage.add_kept(conn, intake.keepings)
    await outbox.add_answers(conn, intake.answers)
    for entry in intake.fresh:
        log.info(
            "taken in",
            correlation_id=entry.reported.correlation_id,
            system=entry.reported.system,
            event_type=entry.reported.message.type,
            outcome=entry.taken_in.outcome,
        )
    for kept in intake.keepings:
        log.warning(
            "kept in quarantine",
            system=kept.delivery.system,
            waiting=kept.wait_until is not None,
            faults=[f"{fault.field}: {fault.code}" for fault in kept.faults],
        )


async def _store_snapshots(conn: Connection, snapshots: Snapshots, now: datetime) -> None:
    await storage.add_mentions(conn, snapshots.mentions)
    for key, time in snapshots.ended.items():
        await storage.end_snapshot(conn, key, time, now)


async def store_register(conn: Connection, register: Register) -> None:
    """Store what has changed in the register, with the events that follow from it."""
    await storage.store(conn, register)
    await storage.add_history(conn, [e for e in register.events if isinstance(e, MemberJoined | MemberLeft)])
    await outbox.add(conn, *register.events)
