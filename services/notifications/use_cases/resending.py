"""What could not be delivered is sent again, where its reader is not told something newer already."""

from collections.abc import Sequence

from shared import logs
from shared.database.pool import Connection

from .. import storage
from ..fates import Act, Resent
from .inviting import mail

log = logs.get(__name__)


async def resend(conn: Connection, emails: Sequence[int], act: Act, mail_domain: str) -> list[Resent]:
    """Queue failures again, and nothing else; say what came of each. What is so no longer is not sent."""
    await storage.take_turn(conn)
    tried = await storage.try_failures(conn, emails, act)
    chosen = [one.id for one in tried if one.left is None]
    touched = await storage.queue_again(conn, chosen, act)
    await mail(conn, touched, mail_domain, act.at)
    await storage.drop_cancellations_of_nothing(conn, chosen)
    queued = await storage.still_queued(conn, chosen)
    await storage.add_resendings(conn, sorted(queued), act)
    log.info("failures are sent again", act=str(act.id), queued=len(queued), left=len(tried) - len(queued))
    return [one if one.left or one.id in queued else Resent(one.id, "needless") for one in tried]
