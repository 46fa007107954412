"""Does to many messages in quarantine what is done to one: in groups, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import replace

from shared.database.pool import Database

from . import storage, use_cases
from .quarantine import TRIABLE, Act, Selection, Tried

GROUP = 500
MOST = 10_000


async def matching(database: Database, selection: Selection) -> list[int]:
    """List the ids of the messages that a selection means and that can still be dealt with, at most 10,000."""
    states = [state for state in selection.states if state in TRIABLE]
    async with database.connection() as conn:
        found, _ = await storage.selected_messages(conn, replace(selection, states=states), MOST)
    return [headline.id for headline in found]


async def replay(database: Database, kept_ids: Sequence[int], act: Act) -> list[Tried]:
    """Try messages again; say what came of each."""
    tried: list[Tried] = []
    for group in _groups(kept_ids):
        async with database.transaction() as conn:
            tried += await use_cases.replay(conn, group, act)
    return tried


async def dismiss(database: Database, kept_ids: Sequence[int], reason: str, act: Act) -> list[Tried]:
    """Decide of messages that nothing shall come of them; say what came of each."""
    tried: list[Tried] = []
    for group in _groups(kept_ids):
        async with database.transaction() as conn:
            tried += await use_cases.dismiss(conn, group, reason, act)
    return tried


def _groups(kept_ids: Sequence[int]) -> list[Sequence[int]]:
    return [kept_ids[at : at + GROUP] for at in range(0, len(kept_ids), GROUP)]
