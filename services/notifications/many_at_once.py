"""Sends many failures again as one is: in groups, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import replace

from shared.database.pool import Database

from . import storage, use_cases
from .fates import Act, Resent, Selection

GROUP = 500
MOST = 10_000


async def failures(database: Database, selection: Selection) -> list[int]:
    """List the ids of the e-mails that a selection means and that could not be delivered, at most 10,000."""
    if selection.state not in (None, "failed"):
        return []
    async with database.connection() as conn:
        found = await storage.list_fates(conn, replace(selection, state="failed"), None, MOST)
    return [fate.id for fate in reversed(found)]


async def resend(database: Database, emails: Sequence[int], act: Act, mail_domain: str) -> list[Resent]:
    """Send failures again, and nothing else; say what came of each."""
    resent: list[Resent] = []
    for at in range(0, len(emails), GROUP):
        async with database.transaction() as conn:
            resent += await use_cases.resend(conn, emails[at : at + GROUP], act, mail_domain)
    return resent
