"""What operators watch: attempts as they happen, and the queue when they look."""

from collections.abc import Mapping, Sequence

from prometheus_client import Counter, Gauge

from shared.clock import Clock
from shared.database.pool import Database
from shared.findings import Finding, Look

from . import storage
from .storage import HeldTopic
from .suppressions import key

LATE_SECONDS = 60
LIST = "python -m services.notifications suppressions list"
UNDO = "python -m services.notifications suppressions undo ADDRESS"
MOST_REPLIES = 3

ATTEMPTS = Counter("notifications_delivery_attempts", "Attempts to hand an e-mail over.", ["outcome"])
EMAILS = Gauge("notifications_emails", "E-mails by kind and state.", ["kind", "state"])
HELD = Gauge("notifications_topic_held", "1 for each topic of which nothing is mailed until it is released.", ["topic"])
SUPPRESSED = Gauge("notifications_suppressed_addresses", "Addresses that must not be written to.")
HELD_BACK = Gauge("notifications_held_back", "E-mails that were due before the database was restored from a backup.")
OVERDUE = Gauge("notifications_overdue_seconds", "How long the e-mail that is due longest has waited.")


def queue_look(database: Database, now: Clock) -> Look:
    """Return what sets the gauges of the queue, and says how it is with it."""

    async def look() -> Sequence[Finding]:
        async with database.connection() as conn:
            counts, due = await storage.count_emails(conn), await storage.next_due(conn)
            held, replies = await storage.held_topics(conn), await storage.count_failures_by_reply(conn)
            held_back = await storage.count_held_back(conn)
        EMAILS.clear()
        for kind, states in counts.items():
            for state, count in states.items():
                EMAILS.labels(kind, state).set(count)
        overdue = max(0.0, (now() - due).total_seconds()) if due else 0.0
        OVERDUE.set(overdue)
        HELD.clear()
        for each in held:
            HELD.labels(each.topic).set(1)
        HELD_BACK.set(held_back)
        return [_in_words(counts, replies, overdue), *map(_held_in_words, held), *_held_back_in_words(held_back)]

    return look


def suppressions_look(database: Database, secretariat: str) -> Look:
    """Return what says how many addresses are not written to; a human is needed where the secretariat's own is one."""

    async def look() -> Sequence[Finding]:
        async with database.connection() as conn:
            number = await storage.count_suppressions(conn)
            own = await storage.find_suppression_of(conn, key(secretariat))
        SUPPRESSED.set(number)
        if own:
            words = f"the secretariat's own ({own.reply}), so it hears of none; mend it, then: {UNDO}"
            return [Finding("suppressed addresses", words, well=False)]
        return [Finding("suppressed addresses", f"{number}; see: {LIST}" if number else "none")]

    return look


def _in_words(counts: Mapping[str, Mapping[str, int]], replies: Sequence[tuple[str, int]], overdue: float) -> Finding:
    waiting, sent, failed = (
        sum(states.get(state, 0) for states in counts.values()) for state in ("queued", "sent", "failed")
    )
    words = f"{waiting} wait, {sent} are sent, {failed} could not be delivered"
    if replies:
        words += " (" + ", ".join(f"{begins}: {number}" for begins, number in replies[:MOST_REPLIES]) + ")"
    if overdue < LATE_SECONDS:
        return Finding("e-mails", words)
    return Finding("e-mails", f"{words}; one is {overdue:.0f} s late: does the mail server take them?", well=False)


def _held_in_words(held: HeldTopic) -> Finding:
    since = held.held_at.isoformat(timespec="minutes")
    words = f"{held.waiting} wait since {since}: {held.reason}; once that is mended: release {held.topic}"
    return Finding(f"topic {held.topic} is held", words, well=False)


def _held_back_in_words(count: int) -> list[Finding]:
    if not count:
        return []
    words = (
        f"{count} e-mails were due before the database was restored from a backup, or the journal's volume was lost: "
        "release restored, where they were not mailed; else dismiss restored"
    )
    return [Finding("e-mails are held back", words, well=False)]
