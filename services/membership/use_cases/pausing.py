"""Sets aside what a paused system publishes, and takes it in once the system goes on."""

from collections.abc import Sequence
from datetime import datetime

from shared import logs
from shared.database.pool import Connection

from .. import storage
from ..envelope import read
from ..intake import Incoming, set_aside
from ..messages import Delivery
from .taking_in import take_in, take_in_free

log = logs.get(__name__)


async def receive(conn: Connection, group: Sequence[Incoming], now: datetime) -> Sequence[Incoming]:
    """Take in a group of messages that have just come; set aside, unanswered, those of paused systems.

    Return those that have to be tried again soon, since other processes are at what they are about.
    """
    paused = await storage.paused_systems(conn)
    if aside := [set_aside(incoming) for incoming in group if incoming.delivery.system in paused]:
        await storage.add_paused(conn, aside)
        log.info("set aside", systems=sorted({kept.delivery.system for kept in aside}), count=len(aside))
    rest = [incoming for incoming in group if incoming.delivery.system not in paused]
    return await take_in_free(conn, rest, now) if rest else []


async def take_in_again(conn: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    """Take in messages that were set aside as if they had just come."""
    await take_in(conn, [Incoming(delivery, read(delivery, now)) for delivery in deliveries], now)
