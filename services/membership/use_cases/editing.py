"""Lets a human mend a message in quarantine; what they make of it is kept beside the message as it came."""

from dataclasses import replace

from shared.database.pool import Connection
from shared.errors import Conflict, Invalid, NotFound

from .. import storage
from ..edits import Edit, edited
from ..messages import Kept, Refusal, Reported
from ..quarantine import TRIABLE, Act
from .locking import read_again
from .taking_in import current_codes


class NotOpen(Conflict):
    """A message in quarantine was dealt with already."""

    code = "quarantine_not_open"


async def edit(conn: Connection, kept_id: int, change: Edit, act: Act) -> Kept:
    """Keep what a human would have a message say, and find what is still wrong with that; it is not taken in yet.

    Raises:
        NotFound: there is no such message.
        NotOpen: it was dealt with already.
        Invalid: this is no version that could be taken in under the message's own id; the field says where.
    """
    kept = await _open_message(conn, kept_id)
    kept = replace(kept, edited=edited(kept.delivery, change, act.at))
    again = read_again(kept, await current_codes(conn), act.at)
    if isinstance(again, Reported):
        if again.key != (kept.source, kept.message_id):
            await _check_unused(conn, kept_id, again)
        kept = replace(kept, organisation_key=again.waits_for[1])
        again = Refusal(again.source, again.id, again.message.type, ())
    kept = replace(kept, source=again.source, message_id=again.id, message_type=again.type, faults=again.faults)
    await storage.mark_edited(conn, kept, act)
    return kept


async def _open_message(conn: Connection, kept_id: int) -> Kept:
    found = await storage.locked_messages(conn, [kept_id])
    if not found:
        raise NotFound(f"no message {kept_id} in quarantine")
    if found[0].state not in TRIABLE:
        raise NotOpen(f"message {kept_id} is {found[0].state} already")
    return found[0]


async def _check_unused(conn: Connection, kept_id: int, reported: Reported) -> None:
    if await storage.is_used_up(conn, reported.source, reported.id, but_for=kept_id):
        raise Invalid("is the id of another message", field="id")
