"""To whom mail is refused, so that the secretariat sees it beside who they are."""

from collections.abc import Sequence

from shared.contracts.notifications import AddressUnreachable
from shared.database.pool import Connection
from shared.messaging.inbox import newest

from .. import storage


async def keep_unreachable(conn: Connection, events: Sequence[AddressUnreachable]) -> None:
    """Keep to which addresses mail is refused, or is so no longer, where that is newer."""
    await storage.keep_unreachable(conn, newest(events, lambda event: event.suppression_id))
