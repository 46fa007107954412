"""Sends many failures again as one is: in groups, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import replace

from shared.database.pool import Database

from . import storage, use_cases
from .fates import Act, Fate, Resent, Selection

GROUP = 500
MOST = 10_000


async def failures(database: Database, selection: Selection) -> list[Fate]:
    """List the e-mails that a selection means and that could not be delivered, at most 10,000, the oldest first."""
    if selection.state not in (None, "failed"):
        return []
    async with database.connection() as conn:
        found = await storage.list_fates(conn, replace(selection, state="failed"), None, MOST)
    return found[::-1]


async def resend(
    database: Database, emails: Sequence[int], act: Act, mail_domain: str, *, rehearsed: bool = False
) -> list[Resent]:
    """Send failures again, and nothing else, or only see what would come of it; say what came of each."""
    resent: list[Resent] = []
    for at in range(0, len(emails), GROUP):
        async with database.rehearsal() if rehearsed else database.transaction() as conn:
            resent += await use_cases.resend(conn, emails[at : at + GROUP], act, mail_domain)
    return resent
