"""Nothing is mailed about a topic while it is held: by the operator, or because the far side says we are at fault."""

from collections.abc import Sequence
from datetime import datetime

from shared import logs
from shared.database.pool import Connection
from shared.errors import Conflict

from .. import storage
from ..domain import Attempt, Topic
from ..sending.breaker import LAST_ATTEMPTS, RECENT, is_at_fault

log = logs.get(__name__)


class NotHeld(Conflict):
    """What is not held cannot be released."""

    code = "not_held"


class AlreadyHeld(Conflict):
    """What is held already stays held for its first reason."""

    code = "already_held"


async def hold_topic(conn: Connection, topic: Topic, reason: str, now: datetime, *, who: str | None = None) -> None:
    """Mail nothing about a topic until it is released; raises AlreadyHeld."""
    if not await storage.hold_topic(conn, topic, reason, now, who):
        raise AlreadyHeld(f"{topic} is held already", field="topic")
    log.warning("a topic is held", topic=topic, reason=reason)


async def release_topic(conn: Connection, topic: Topic, now: datetime) -> None:
    """Mail again about a topic, what has waited first; raises NotHeld."""
    if not await storage.release_topic(conn, topic, now):
        raise NotHeld(f"{topic} is not held", field="topic")
    await storage.begin_anew(conn, topic)
    log.warning("a topic is released", topic=topic)


async def hold_blamed(conn: Connection, attempts: Sequence[Attempt]) -> set[Topic]:
    """Hold each topic for which the far side keeps saying that we are at fault; what it refused so waits again.

    Return those of these topics that are held by now.
    """
    blamed = {attempt.email.topic: attempt for attempt in attempts if attempt.blames_us}
    if not blamed:
        return set()
    held = set(await storage.are_held(conn))
    for topic, attempt in blamed.items():
        if topic not in held and await _is_at_fault(conn, topic, attempt.at):
            await hold_topic(
                conn, topic, f"the far side says that we are at fault: {attempt.outcome.reply}", attempt.at
            )
            held.add(topic)
    if held := held & set(blamed):
        now = max(attempt.at for attempt in attempts)
        await storage.queue_blamed(conn, held, now - RECENT, now)
    return held


async def _is_at_fault(conn: Connection, topic: Topic, now: datetime) -> bool:
    since = now - RECENT
    if released_at := await storage.released_at(conn, topic):
        since = max(since, released_at)
    return is_at_fault(*await storage.blamed_on_us(conn, topic, since=since, of_last=LAST_ATTEMPTS))
