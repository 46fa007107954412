"""Takes in messages, with those that waited for them, and keeps what cannot be taken in."""

from collections.abc import Collection, Sequence
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
from ..messages import Failed, Kept, Refusal, Reported, awaited
from ..quarantine import Act
from ..records import OrganisationKey
from ..snapshots import Snapshots

log = logs.get(__name__)


async def take_in(conn: Connection, group: Sequence[Incoming], now: datetime) -> None:
    """Take in a group of messages, and those that waited for them; keep what cannot be taken in; answer all."""
    codes = await current_codes(conn)
    checked = [check(incoming, codes) for incoming in group]
    reported = [incoming.read for incoming in checked if isinstance(incoming.read, Reported)]
    intake, waiting = await begin(conn, reported, codes, now)
    for incoming in checked:
        intake.take(incoming)
    intake.finish(waiting)
    await store(conn, intake)


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


async def _waiting_for(
    conn: Connection, organisations: Collection[OrganisationKey], codes: Codes, now: datetime
) -> list[tuple[Kept, Reported]]:
    kept = await storage.waiting_messages(conn, organisations)
    again = [(one, read_again(one, codes, now)) for one in kept]
    return [(one, found) for one, found in again if isinstance(found, Reported)]


def read_again(kept: Kept, codes: Codes, now: datetime) -> Reported | Refusal:
    """Read a message that was kept, as it stands and by what is known now."""
    return check(Incoming(kept.standing, read(kept.standing, now)), codes).read


async def begin(
    conn: Connection,
    reported: Sequence[Reported],
    codes: Codes,
    now: datetime,
    organisations: Collection[OrganisationKey] = (),
) -> tuple[Intake, list[tuple[Kept, Reported]]]:
    """Lock and load what the messages touch, and find those that wait for them, or for other organisations."""
    await storage.lock_subjects(conn, reported)
    there = {key for r in reported for key in awaited(r)} | set(organisations)
    waiting = await _waiting_for(conn, there, codes, now)
    if waiting:
        await storage.lock_subjects(conn, [again for _, again in waiting])
        then = {key for _, again in waiting for key in awaited(again)} - there
        waiting += await _waiting_for(conn, then, codes, now)
    group = [*reported, *(again for _, again in waiting)]
    await storage.lock_people(conn, group)
    known = await storage.taken_in_messages(conn, {(r.source, r.id) for r in group})
    ends = {(r.source, r.message.snapshot) for r in group if isinstance(r.message, SnapshotEnded)}
    snapshots = Snapshots(await storage.mentioned_messages(conn, ends))
    register = await storage.load(conn, group, local_day(now))
    return Intake(register, snapshots, known, now), waiting


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
