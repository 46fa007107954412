"""Locks what messages need, and finds what waits for them in quarantine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.database.pool import Connection

from .. import storage
from ..envelope import read
from ..intake import Codes, Incoming, check
from ..messages import Kept, Refusal, Reported
from ..records import OrganisationKey

Waiting = list[tuple[Kept, Reported]]


@dataclass(frozen=True, slots=True)
class Locked:
    """Messages that no other process is at: some of a group, and those in quarantine that wait for them."""

    reported: Sequence[Reported]
    waiting: Waiting


async def lock(
    conn: Connection,
    reported: Sequence[Reported],
    codes: Codes,
    now: datetime,
    organisations: Collection[OrganisationKey] = (),
) -> Locked:
    """Keep other processes from what messages are about and name, once they are done with it."""
    return await _lock(conn, reported, codes, now, organisations, wait=True)


async def lock_free(conn: Connection, reported: Sequence[Reported], codes: Codes, now: datetime) -> Locked:
    """Keep others from what they are not at already; wait for them only where they are at all of it."""
    attempt = conn.transaction()
    await attempt.start()
    locked = await _lock(conn, reported, codes, now, (), wait=False)
    if locked.reported or not reported:
        await attempt.commit()
        return locked
    # Whoever waits has nothing meanwhile, so that no two wait for one another.
    await attempt.rollback()
    return await lock(conn, reported, codes, now)


async def _lock(
    conn: Connection,
    reported: Sequence[Reported],
    codes: Codes,
    now: datetime,
    organisations: Collection[OrganisationKey],
    *,
    wait: bool,
) -> Locked:
    taken = await storage.lock_subjects(conn, reported, wait=wait)
    free = [r for r in reported if taken.isdisjoint(r.subjects)]
    brought = {key for r in free for key in r.brings} | set(organisations)
    there = {key for r in free for key in r.awaited} | brought
    waiting = await _waiting_for(conn, there, brought, codes, now)
    if waiting:
        taken |= await storage.lock_subjects(conn, [again for _, again in waiting], wait=wait)
        then = {key for _, again in waiting for key in again.awaited} - there
        waiting += await _waiting_for(conn, then, then, codes, now)
    taken |= await storage.lock_people(conn, [*free, *(again for _, again in waiting)], wait=wait)
    # What makes way for a message that others keep from us is left with it: nobody would try that one again.
    taken |= {key for _, again in waiting if not taken.isdisjoint(again.subjects) for key in again.subjects}
    return Locked(
        [r for r in free if taken.isdisjoint(r.subjects)],
        [(kept, again) for kept, again in waiting if taken.isdisjoint(again.subjects)],
    )


async def _waiting_for(
    conn: Connection,
    organisations: Collection[OrganisationKey],
    brought: Collection[OrganisationKey],
    codes: Codes,
    now: datetime,
) -> Waiting:
    kept = await storage.waiting_messages(conn, organisations, brought)
    again = [(one, read_again(one, codes, now)) for one in kept]
    return [(one, found) for one, found in again if isinstance(found, Reported)]


def read_again(kept: Kept, codes: Codes, now: datetime) -> Reported | Refusal:
    """Read a message that was kept, as it stands and by what is known now."""
    return check(Incoming(kept.standing, read(kept.standing, now)), codes).read
