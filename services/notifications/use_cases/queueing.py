"""E-mails are queued, each once."""

from collections.abc import Sequence
from datetime import datetime

from shared.database.pool import Connection

from .. import storage
from ..domain import Draft


async def queue(conn: Connection, drafts: Sequence[Draft], mail_domain: str, now: datetime) -> None:
    """Queue e-mails in order; one that is there already stays, but an offer that waits is written as it is now."""
    if drafts:
        frames = await storage.keep_frames(conn, drafts)
        if offers := [(draft, frame) for draft, frame in zip(drafts, frames, strict=True) if draft.kind == "offer"]:
            await storage.renew_offers(conn, offers, now)
        await storage.add_emails(conn, drafts, frames, mail_domain=mail_domain, now=now)
