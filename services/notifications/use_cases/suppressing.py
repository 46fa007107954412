"""What the far side says of an address is learned: whoever is not there is not written to, and others hear of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from shared import logs
from shared.contracts.notifications import Ending
from shared.database.pool import Connection
from shared.errors import Conflict, NotFound
from shared.messaging import outbox

from .. import storage
from ..domain import Attempt, Letterhead
from ..suppressions import (
    RECENT,
    Refusal,
    Suppression,
    announcement,
    gives_up_mailbox,
    notice_of_address,
    notices,
    reached,
    refusals,
)
from .queueing import queue

log = logs.get(__name__)


class NotSuppressed(Conflict):
    """What has ended cannot be undone."""

    code = "not_suppressed"


async def learn(conn: Connection, attempts: Sequence[Attempt], letterhead: Letterhead) -> None:
    """Learn from what came of some attempts which addresses must not be written to, and which may be again.

    What waits is kept back or released by `keep_suppressions`, soon; nobody sends any of it meanwhile.
    """
    if addresses := reached(attempts):
        await _end(conn, addresses, "delivered", max(attempt.at for attempt in attempts))
    await _suppress(conn, refusals(attempts), letterhead)
    if given_up := [attempt.at for attempt in attempts if gives_up_mailbox(attempt)]:
        await _suppress(conn, await storage.refused_repeatedly(conn, max(given_up) - RECENT), letterhead)


async def keep_suppressions(conn: Connection, letterhead: Letterhead, now: datetime) -> None:
    """End what is past, suppress who has refused too often, and keep back or release what waits accordingly.

    Whoever has got a suppressed address since, or acts for a member since, is told of.
    """
    if addresses := await storage.overdue_suppressions(conn, now):
        await _end(conn, addresses, "expired", now)
    await _suppress(conn, await storage.refused_repeatedly(conn, now - RECENT), letterhead)
    await _tell_of_unreached(conn, letterhead, {}, now)
    await storage.hold_suppressed(conn)
    await storage.release_suppressed(conn, now)


async def undo_suppression(conn: Connection, suppression_id: UUID, now: datetime) -> Suppression:
    """Write to an address again; raises NotFound, and NotSuppressed where that has come about already."""
    known = await storage.find_suppression(conn, suppression_id)
    if known is None:
        raise NotFound(f"there is no suppression {suppression_id}")
    ended = await _end(conn, [known.address], "undone", now) if known.ended_at is None else []
    if not ended:
        raise NotSuppressed(f"the suppression {suppression_id} has ended already")
    await storage.release_suppressed(conn, now)
    return ended[0]


async def _suppress(conn: Connection, refused: Iterable[Refusal], letterhead: Letterhead) -> None:
    """Suppress addresses; who is to know of it is told once. No turn is taken: nobody else queues these e-mails."""
    correlation_ids: dict[UUID, str] = {}
    for refusal in refused:
        if suppression := await storage.add_suppression(conn, refusal):
            people = (await storage.people_at(conn, [suppression.address]))[suppression.address]
            await outbox.add(conn, announcement(suppression, people, refusal.correlation_id))
            if not any(person.organisations for person in people):
                someone = next(iter(people), None)
                drafts = notice_of_address(suppression, someone, letterhead.reply_to, refusal.correlation_id)
                await queue(conn, drafts, letterhead.mail_domain, refusal.at)
            log.warning(
                "an address is suppressed",
                suppression_id=str(suppression.id),
                reason=suppression.reason,
                people=[str(person.person_id) for person in people],
                correlation_id=refusal.correlation_id,
            )
            correlation_ids[suppression.id], now = refusal.correlation_id, refusal.at
    if correlation_ids:
        await _tell_of_unreached(conn, letterhead, correlation_ids, now)


async def _tell_of_unreached(
    conn: Connection, letterhead: Letterhead, correlation_ids: Mapping[UUID, str], now: datetime
) -> None:
    """Tell the secretariat and who acts for the same members of everybody who is not reached, once each."""
    for news in await storage.keep_unreached(conn):
        correlation_id = correlation_ids.get(news.suppression.id) or str(uuid4())
        colleagues = await storage.colleagues_of(conn, news)
        drafts = notices(news, colleagues, letterhead.reply_to, correlation_id)
        await queue(conn, drafts, letterhead.mail_domain, now)
        log.info(
            "who can mend it is told that somebody is not reached",
            suppression_id=str(news.suppression.id),
            person_id=str(news.person.person_id),
            correlation_id=correlation_id,
        )


async def _end(conn: Connection, addresses: Iterable[str], how: Ending, now: datetime) -> list[Suppression]:
    ended = await storage.end_suppressions(conn, addresses, how, now)
    for suppression in ended:
        correlation_id = str(uuid4())
        people = (await storage.people_at(conn, [suppression.address]))[suppression.address]
        await outbox.add(conn, announcement(suppression, people, correlation_id))
        log.info(
            "an address is suppressed no longer",
            suppression_id=str(suppression.id),
            how=how,
            correlation_id=correlation_id,
        )
    return ended
