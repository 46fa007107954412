"""The pages that links in mails lead to: a GET shows and changes nothing, only a POST does; nobody signs in."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database

from . import storage, use_cases
from .domain import Topic
from .emails import NETWORK, templates
from .links import Links, Unsubscribe

log = logs.get(__name__)

# Nothing is loaded, nothing is kept, and no other site learns the address.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def pages(database: Database, links: Links, now: Clock) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

    @router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
    async def show(token: str) -> HTMLResponse:
        """Show what unsubscribing means, or that it is done, with the way back."""
        link = links.read_unsubscribe(token)
        if link is None:
            return _unknown_link()
        async with database.connection() as conn:
            return await _page(conn, links, link)

    @router.post("/unsubscribe/{token}")
    async def mute(token: str) -> HTMLResponse:
        """Mute the topic, at once and any number of times: mail programs post here themselves (RFC 8058)."""
        link = links.read_unsubscribe(token)
        if link is None:
            return _unknown_link()
        async with database.transaction() as conn:
            await use_cases.mute(conn, link.person_id, link.topic, now())
            page = await _page(conn, links, link)
        _log("topic muted", link.person_id, link.topic)
        return page

    @router.post("/unsubscribe/{token}/undo")
    async def unmute(token: str) -> HTMLResponse:
        """Send the topic again."""
        link = links.read_unsubscribe(token)
        if link is None:
            return _unknown_link()
        async with database.transaction() as conn:
            await use_cases.unmute(conn, link.person_id, link.topic, now())
            page = await _page(conn, links, link)
        _log("topic no longer muted", link.person_id, link.topic)
        return page

    return router


async def _page(conn: Connection, links: Links, link: Unsubscribe) -> HTMLResponse:
    first = await storage.language_of(conn, link.person_id)
    url = links.unsubscribe_url(link)
    words = {
        "network": NETWORK,
        "topic": link.topic,
        "languages": (first, "en" if first == "da" else "da"),
        "muted": await storage.is_muted(conn, link.person_id, link.topic),
        "mute_url": url,
        "undo_url": f"{url}/undo",
    }
    return HTMLResponse(templates.get_template("pages/unsubscribe.html").render(words), headers=HEADERS)


def _unknown_link() -> HTMLResponse:
    page = templates.get_template("pages/unknown_link.html").render(network=NETWORK, languages=("da", "en"))
    return HTMLResponse(page, status_code=404, headers=HEADERS)


def _log(what: str, person_id: UUID, topic: Topic) -> None:
    log.info(what, person_id=str(person_id), topic=topic)
