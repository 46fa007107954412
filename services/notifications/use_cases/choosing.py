"""People choose what they are mailed about, and in which language."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from shared.contracts.notifications import MutableTopic, PreferencesChanged
from shared.database.pool import Connection
from shared.messaging import outbox

from .. import storage
from ..choices import Choice


async def mute(conn: Connection, person_id: UUID, topic: MutableTopic, *, correlation_id: str, now: datetime) -> None:
    """Mail a person nothing more about a topic, what waits included; any number of times."""
    known = await _held(conn, person_id)
    wanted = replace(known, muted=known.muted | {topic})
    await _change(conn, person_id, known, wanted, correlation_id, now)


async def unmute(conn: Connection, person_id: UUID, topic: MutableTopic, *, correlation_id: str, now: datetime) -> None:
    """Mail a person about a topic again, also what was kept back and is still to come."""
    known = await _held(conn, person_id)
    wanted = replace(known, muted=known.muted - {topic})
    await _change(conn, person_id, known, wanted, correlation_id, now)


async def choose(conn: Connection, person_id: UUID, wanted: Choice, *, correlation_id: str, now: datetime) -> None:
    """Keep all that a person chooses, and say so where it is news; the choice holds for what waits too."""
    await storage.take_turn(conn)  # nothing is queued meanwhile in the language of before
    await _change(conn, person_id, await _held(conn, person_id), wanted, correlation_id, now)
    await storage.translate_waiting(conn, [person_id])


async def _held(conn: Connection, person_id: UUID) -> Choice:
    """Return what a person has chosen, which nobody else changes meanwhile."""
    language = await storage.hold_language(conn, person_id)
    return Choice(language, await storage.muted_topics(conn, person_id))


async def _change(
    conn: Connection, person_id: UUID, known: Choice, wanted: Choice, correlation_id: str, now: datetime
) -> None:
    if wanted == known:
        return
    version = await storage.keep_language(conn, person_id, wanted.language)
    if wanted.language is not None:
        await storage.write_in(conn, person_id, wanted.language)
    await storage.mute(conn, person_id, wanted.muted - known.muted, now)
    await storage.unmute(conn, person_id, known.muted - wanted.muted)
    await storage.release_muted(conn, person_id, known.muted - wanted.muted, now)
    await storage.hold_muted(conn, person_id)
    await outbox.add(
        conn,
        PreferencesChanged(
            correlation_id=correlation_id,
            person_id=person_id,
            language=wanted.language,
            muted=tuple(sorted(wanted.muted)),
            version=version,
        ),
    )
