"""Lets several systems report on one organisation, and shows which of them said what."""

from datetime import datetime

from shared.database.pool import Connection
from shared.errors import Conflict, NotFound

from .. import storage
from ..records import OrganisationKey
from .taking_in import begin, current_codes, store


async def share(conn: Connection, link: OrganisationKey, organisation: OrganisationKey, now: datetime) -> None:
    """Let a system call an organisation that another one brought `(source, key)` by its own source and key.

    What waits for it is taken in now.

    Raises:
        NotFound: there is no such organisation, or nobody speaks for the source.
        Conflict: the source calls another organisation by that key.
    """
    await storage.lock_organisations(conn, [link, organisation])
    codes = await current_codes(conn)
    if link[0] not in codes.sources:
        raise NotFound(f"{link[0]} is no source that a system may speak for")
    shared = await storage.find_organisation(conn, *organisation)
    if shared is None:
        raise NotFound(f"{organisation[0]} has brought no organisation {organisation[1]}")
    known = await storage.find_organisation(conn, *link)
    if known and known["id"] != shared["id"]:
        raise Conflict(f"{link[0]} calls another organisation {link[1]}: {known['name']}")
    if known is None:
        await storage.add_link(conn, *link, shared["id"])
    intake, waiting = await begin(conn, [], codes, now, [link])
    intake.finish(waiting)
    await store(conn, intake)


async def unshare(conn: Connection, link: OrganisationKey) -> None:
    """Take that back: the system can say no more about the organisation; what it said stays.

    Raises:
        NotFound: it shares no such organisation.
    """
    if not await storage.remove_link(conn, *link):
        raise NotFound(f"{link[0]} shares no organisation {link[1]}")


async def ownership(conn: Connection, organisation: OrganisationKey) -> dict[str, object]:
    """Tell which source last said what about an organisation: by field group, and of whom it says that they act for it.

    Raises:
        NotFound: there is no such organisation.
    """
    found = await storage.find_organisation(conn, *organisation)
    if found is None:
        raise NotFound(f"{organisation[0]} knows no organisation {organisation[1]}")
    groups = {
        group: {"source": _said_by(found[f"{group}_id"]) or found["source"], "time": found[f"{group}_time"]}
        for group in ("described", "joined", "left")
        if found[f"{group}_time"]
    }
    return {
        "id": found["id"],
        "name": found["name"],
        "brought_by": {"source": found["source"], "key": found["key"]},
        "shared_with": [{"source": source, "key": key} for source, key in await storage.links_of(conn, found["id"])],
        "last_said": groups,
        "contacts": [dict(row) for row in await storage.appointments_at(conn, found["id"])],
    }


def _said_by(position: str) -> str:
    """Return the source in a stored position; one that was stored before sources were has none."""
    return position.partition("\n")[2]
