"""Deals with many things in one go, so that one on which we fail undoes no other."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.database.pool import Connection
from shared.messaging.batches import PASSING

from .. import storage

T = TypeVar("T")
R = TypeVar("R")


async def halved(
    conn: Connection,
    things: Sequence[T],
    together: Callable[[Sequence[T]], Awaitable[list[R]]],
    alone: Callable[[T, Exception], Awaitable[list[R]]],
) -> list[R]:
    """Deal with things `together`, in halves where that fails, until the one at fault stands `alone`.

    What passes by itself, and a connection that is gone, is nobody's fault and is raised.
    """
    try:
        async with conn.transaction():
            done = await together(things)
            await storage.check_constraints(conn)
            return done
    except PASSING:
        raise
    except Exception as why:
        if conn.is_closed():
            raise
        if len(things) == 1:
            return await alone(things[0], why)
        middle = len(things) // 2
        first = await halved(conn, things[:middle], together, alone)
        return [*first, *await halved(conn, things[middle:], together, alone)]
