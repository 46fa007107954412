"""What operators watch of the open event door: what could not be taken in, and which systems are out of step."""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Counter, Gauge

from shared.clock import Clock
from shared.database.pool import Database
from shared.findings import Finding, Look

from . import storage
from .rhythm import Concern

SYSTEMS = "python -m services.membership systems"

QUARANTINE = Gauge("membership_quarantine", "Messages of other systems in quarantine, by state.", ["state"])
MESSAGES = Counter("membership_system_messages", "Messages that each system has sent.", ["system"])
LAST_MESSAGE = Gauge(
    "membership_system_last_message_seconds", "How long ago the last message of each system came.", ["system"]
)


def quarantine_look(database: Database) -> Look:
    """Return what sets the gauges of the quarantine, and says how it is with it."""

    async def look() -> Sequence[Finding]:
        async with database.connection() as conn:
            counts = await storage.count_kept(conn)
        held, waiting = counts.get("held", 0), counts.get("waiting", 0)
        QUARANTINE.labels("held").set(held)
        QUARANTINE.labels("waiting").set(waiting)
        words = f"{held} messages are held, {waiting} wait for what they build on"
        if held:
            words += "; see: python -m services.membership quarantine list"
        return [Finding("quarantine", words, well=not held)]

    return look


def systems_look(database: Database, now: Clock) -> Look:
    """Return what sets the gauge of the systems' last messages, and says which are silent and which flood."""

    async def look() -> Sequence[Finding]:
        at = now()
        async with database.connection() as conn:
            watched = await storage.watched_systems(conn, at)
            concerns = await storage.open_concerns(conn)
        LAST_MESSAGE.clear()
        for system in watched:
            if system.last_message_at:
                LAST_MESSAGE.labels(system.system).set((at - system.last_message_at).total_seconds())
        silent = [_silent(concern) for concern in concerns if concern.kind == "silent"]
        flooding = [_flooding(concern) for concern in concerns if concern.kind == "flooding"]
        return [
            _finding("silent systems", silent, f"if that is meant: {SYSTEMS} pause NAME"),
            _finding("flooding systems", flooding, f"if it may: {SYSTEMS} add NAME --most-per-hour N"),
        ]

    return look


def _silent(silence: Concern) -> str:
    usual = f"usually for {silence.most} hours at most"
    return f"{silence.system} has been silent since {_when(silence.since)}, {usual}, and {_told(silence)}"


def _flooding(flood: Concern) -> str:
    return (
        f"{flood.system} sends more than {flood.most} messages an hour since {_when(flood.since)}, and {_told(flood)}"
    )


def _told(concern: Concern) -> str:
    return (
        "its owner was told" if concern.told else f"nobody was told; name its owner: {SYSTEMS} add NAME --owner ADDRESS"
    )


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _finding(subject: str, episodes: Sequence[str], otherwise: str) -> Finding:
    words = "; ".join([*episodes, otherwise]) if episodes else "none"
    return Finding(subject, words, well=not episodes)
