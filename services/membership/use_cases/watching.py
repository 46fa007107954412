"""Watches how systems report: opens an episode for one that is silent or floods, tells its owner, and ends it."""

from datetime import datetime, timedelta
from uuid import uuid4

from shared.contracts.membership import SystemFellSilent, SystemFlooded, SystemOwner
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import rhythm, storage
from ..rhythm import Concern, Listening, Watched

HOUR = timedelta(hours=1)


async def watch(conn: Connection, now: datetime) -> None:
    """Notice which systems are silent or flood, and say so once an episode, however many watch."""
    await storage.remove_traffic(conn, now - rhythm.REMEMBERED)
    await storage.mark_pauses(conn, now)
    listening = await storage.find_listening(conn)
    concerns = {(concern.system, concern.kind): concern for concern in await storage.open_concerns(conn)}
    for watched in await storage.watched_systems(conn, now):
        await _watch_silence(conn, watched, concerns.get((watched.system, "silent")), listening, now)
        await _watch_flood(conn, watched, concerns.get((watched.system, "flooding")), now)


async def _watch_silence(
    conn: Connection, watched: Watched, silence: Concern | None, listening: Listening | None, now: datetime
) -> None:
    last = watched.last_message_at
    if silence:
        if watched.paused or (last and last > silence.since):
            await storage.mark_over(conn, silence.id, now)
    elif last and not watched.paused:
        waited = rhythm.waited(watched, listening, now)
        usual = await _usual_pause(conn, watched.system, now) if waited > rhythm.LEAST_SILENCE else None
        if usual and rhythm.is_silent(waited, usual):
            await _say_silent(conn, watched, last, usual // HOUR)


async def _usual_pause(conn: Connection, system: str, now: datetime) -> timedelta | None:
    return rhythm.usual_pause(await storage.active_hours(conn, system, now - rhythm.REMEMBERED))


async def _watch_flood(conn: Connection, watched: Watched, flood: Concern | None, now: datetime) -> None:
    most = watched.most_per_hour
    if most is None or not rhythm.is_flooding(watched.within_hour, most, already=flood is not None):
        if flood:
            await storage.mark_over(conn, flood.id, now)
    elif not flood and not await storage.reopen_concern(conn, watched.system, "flooding", now - rhythm.SAME_FLOOD):
        await _say_flooding(conn, watched, most, now)


async def _say_silent(conn: Connection, watched: Watched, since: datetime, usual_hours: int) -> None:
    owner = _owner(watched)
    silence = Concern(uuid4(), watched.system, "silent", since, usual_hours, owner is not None)
    if await storage.add_concern(conn, silence) and owner:
        event = SystemFellSilent(
            correlation_id=str(silence.id),
            episode_id=silence.id,
            system=watched.system,
            owner=owner,
            since=since,
            usual_hours=usual_hours,
        )
        await outbox.add(conn, event)


async def _say_flooding(conn: Connection, watched: Watched, most_per_hour: int, now: datetime) -> None:
    owner = _owner(watched)
    flood = Concern(uuid4(), watched.system, "flooding", now, most_per_hour, owner is not None)
    if await storage.add_concern(conn, flood) and owner:
        event = SystemFlooded(
            correlation_id=str(flood.id),
            episode_id=flood.id,
            system=watched.system,
            owner=owner,
            at=now,
            messages=watched.within_hour,
            most_per_hour=most_per_hour,
        )
        await outbox.add(conn, event)


def _owner(watched: Watched) -> SystemOwner | None:
    if watched.owner_email is None:
        return None
    return SystemOwner(email=watched.owner_email, language=watched.owner_language)
