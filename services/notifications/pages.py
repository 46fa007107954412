"""The pages that links in mails lead to: a GET shows and changes nothing, only a POST does; nobody signs in."""

from uuid import uuid4

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Connection, Database

from . import storage, use_cases
from .emails import NETWORK, templates
from .links import Links, Unsubscribe
from .topics import TOPIC_NAMES

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
        link, correlation_id = links.read_unsubscribe(token), str(uuid4())
        if link is None:
            return _unknown_link()
        async with database.transaction() as conn:
            await use_cases.mute(conn, link.person_id, link.topic, correlation_id=correlation_id, now=now())
            page = await _page(conn, links, link)
        _log("topic muted", link, correlation_id)
        return page

    @router.post("/unsubscribe/{token}/undo")
    async def unmute(token: str) -> HTMLResponse:
        """Send the topic again."""
        link, correlation_id = links.read_unsubscribe(token), str(uuid4())
        if link is None:
            return _unknown_link()
        async with database.transaction() as conn:
            await use_cases.unmute(conn, link.person_id, link.topic, correlation_id=correlation_id, now=now())
            page = await _page(conn, links, link)
        _log("topic no longer muted", link, correlation_id)
        return page

    return router


async def _page(conn: Connection, links: Links, link: Unsubscribe) -> HTMLResponse:
    reader = await storage.find_reader(conn, link.person_id)
    first = reader["language"] if reader else "da"
    url = links.unsubscribe_url(link)
    words = {
        "network": NETWORK,
        "topic": link.topic,
        "languages": (first, "en" if first == "da" else "da"),
        "names": TOPIC_NAMES,
        "muted": link.topic in await storage.muted_topics(conn, link.person_id),
        "preferences_url": links.preferences_url(link.person_id),
        "mute_url": url,
        "undo_url": f"{url}/undo",
    }
    return HTMLResponse(templates.get_template("pages/unsubscribe.html").render(words), headers=HEADERS)


def _unknown_link() -> HTMLResponse:
    page = templates.get_template("pages/unknown.html").render(network=NETWORK, languages=("da", "en"))
    return HTMLResponse(page, status_code=404, headers=HEADERS)


def _log(what: str, link: Unsubscribe, correlation_id: str) -> None:
    log.info(what, person_id=str(link.person_id), topic=link.topic, correlation_id=correlation_id)
