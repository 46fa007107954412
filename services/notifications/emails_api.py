"""The JSON API of e-mails: what became of each, what it says, what could not be delivered once more, counts by hour."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.web.once import once
from shared.web.operator import Guard
from shared.web.paging import PAGE, Cursors

from . import many_at_once, storage
from .fate_bodies import EmailId, Listing, Resending
from .fate_views import (
    ContentView,
    EmailFate,
    EmailFates,
    EmailHistory,
    HandingView,
    Hours,
    HourView,
    ResendingDone,
    ResendingView,
    ResentView,
)
from .fates import hours_until
from .showing import Viewer

CURSORS = Cursors(EmailId)
MOST_HOURS = 24 * 14

log = logs.get(__name__)


def emails_api(database: Database, guard: Guard, viewer: Viewer, mail_domain: str, now: Clock) -> APIRouter:
    """Return the routes; `guard` refuses who may not use them."""
    router = APIRouter(dependencies=[Depends(guard)], route_class=once(database, guard, now))

    @router.get("/emails")
    async def list_emails(listing: Annotated[Listing, Query()]) -> EmailFates:
        async with database.connection() as conn:
            found = await storage.list_fates(conn, listing.selection(), CURSORS.position(listing.after), PAGE)
        more = CURSORS.cursor(found[-1].id) if len(found) == PAGE else None
        return EmailFates(emails=[EmailFate.model_validate(fate) for fate in found], next=more)

    @router.get("/emails/{email_id}")
    async def get_email(email_id: EmailId) -> EmailHistory:
        async with database.connection() as conn:
            fate = EmailFate.model_validate(await storage.get_fate(conn, email_id))
            handings = await storage.list_handings(conn, email_id)
            resendings = await storage.list_resendings(conn, email_id)
        return EmailHistory(
            **fate.model_dump(),
            deliveries=[HandingView.model_validate(one) for one in handings],
            resendings=[ResendingView.model_validate(one) for one in resendings],
        )

    @router.get("/emails/{email_id}/content")
    async def read_email(email_id: EmailId) -> ContentView:
        """Show an e-mail as its reader sees it; that somebody looked is logged."""
        async with database.connection() as conn:
            email = await storage.get_email(conn, email_id)
        log.info("an e-mail is looked at", email_id=email_id, correlation_id=email.correlation_id)
        shown = viewer.show(email)
        return ContentView(
            sender=shown.email.sender,
            recipient=shown.email.recipient,
            subject=shown.email.subject,
            text=shown.email.text,
            html=shown.html,
            calendar=shown.calendar,
        )

    @router.post("/emails/resend")
    async def resend_failures(body: Resending) -> ResendingDone:
        """Send again what could not be delivered, and nothing else."""
        act = body.act(now)
        ids = body.ids
        if body.matching is not None:
            ids = [failure.id for failure in await many_at_once.failures(database, body.matching.selection())]
        resent = await many_at_once.resend(database, ids or [], act, mail_domain)
        return ResendingDone(act=act.id, emails=[ResentView.model_validate(one) for one in resent])

    @router.get("/hours")
    async def count_by_hour(hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 48) -> Hours:
        """Count what was queued and tried in each of the last hours, the present one included."""
        since, until = hours_until(now(), timedelta(hours=hours))
        async with database.connection() as conn:
            counted = await storage.count_by_hour(conn, since=since, until=until)
        return Hours(hours=[HourView.model_validate(hour) for hour in counted])

    return router
