"""What is missing from a system's complete list: the secretariat decides what becomes of it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from shared.contracts.upstream import ContactDeparted, OrganisationLeft
from shared.database.pool import Connection
from shared.errors import NotFound

from .. import storage
from ..messages import Reported
from ..snapshots import Missing
from .taking_in import begin, current_codes, store

SECRETARIAT = "secretariat"


async def remove_missing(conn: Connection, ids: Collection[int], who: str, on: date, now: datetime) -> None:
    """Have organisations left and contacts departed, as if their system had reported it; `on` is the first day without.

    Raises:
        NotFound: one of them awaits no decision; nothing is changed.
    """
    decided = [_report(missing, on, now) for missing in await _undecided(conn, ids)]
    intake, waiting = await begin(conn, decided, await current_codes(conn), now)
    for reported in decided:
        intake.take_decision(reported)
    intake.finish(waiting)
    await store(conn, intake)
    await storage.mark_decided(conn, ids, "removed", who, now)


async def keep_missing(conn: Connection, ids: Collection[int], who: str, now: datetime) -> None:
    """Let them stay, and list them no more until they have been on a list again.

    Raises:
        NotFound: one of them awaits no decision; nothing is changed.
    """
    await _undecided(conn, ids)
    await storage.mark_decided(conn, ids, "kept", who, now)


async def _undecided(conn: Connection, ids: Collection[int]) -> list[Missing]:
    found = await storage.lock_missing(conn, ids)
    if unknown := sorted(set(ids) - {missing.id for missing in found}):
        raise NotFound(f"{', '.join(map(str, unknown))}: no decision is awaited; see: missing list")
    return found


def _report(missing: Missing, on: date, now: datetime) -> Reported:
    kind = OrganisationLeft if missing.contact_key is None else ContactDeparted
    message = kind.model_validate(
        {
            "organisation_key": missing.key,
            "contact_key": missing.contact_key,
            "on": on.isoformat(),
            "reason": f"not on the list {missing.snapshot}",
        }
    )
    # No message of its system can have this id: what has an id that is used up would change nothing.
    decision = f"missing-{missing.id}-{uuid4()}"
    return Reported(SECRETARIAT, missing.source, decision, now, decision, message)
