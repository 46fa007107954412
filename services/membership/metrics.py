"""What operators watch of the open event door: the messages that could not be taken in."""

from collections.abc import Sequence

from prometheus_client import Gauge

from shared.database.pool import Database
from shared.findings import Finding, Look

from . import storage

QUARANTINE = Gauge("membership_quarantine", "Messages of other systems in quarantine, by state.", ["state"])


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
