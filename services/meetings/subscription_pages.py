"""The page where somebody subscribes to their meetings, or has the secret address of their feed replaced."""

from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared import logs
from shared.clock import Clock
from shared.database.pool import Database
from shared.links import SubscriptionLinks
from shared.web.forms import read_form
from shared.web.pages import HEADERS, Pages, known_language, language_of, style_sheet

from . import use_cases
from .feed_address import FeedAddress, FeedAddresses
from .feed_states import FeedStates

log = logs.get(__name__)

pages = Pages(Path(__file__).parent / "templates", layout="link_page.html")


def subscription_pages(
    database: Database, links: SubscriptionLinks, addresses: FeedAddresses, states: FeedStates, now: Clock
) -> APIRouter:
    """Return the routes of the page."""
    router = APIRouter(include_in_schema=False, route_class=pages.route_class())

    @router.api_route("/subscribe/style.css", methods=["GET", "HEAD"])
    async def style() -> Response:
        return style_sheet()

    @router.api_route("/subscribe/public", methods=["GET", "HEAD"])
    async def show_public(request: Request) -> Response:
        """Show how everybody subscribes to the public meetings."""
        return pages.page(request, "subscription/subscription.html", subscription=addresses.public(), private=False)

    @router.api_route("/subscribe/{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> Response:
        """Show the address of a person's feed, and the links that hand it to a calendar program."""
        person_id = links.read(token)
        if person_id is None:
            return _unknown(request)
        state = await states.of(person_id)
        return pages.page(
            request,
            "subscription/subscription.html",
            language=known_language(request.query_params.get("language")) or state.language,
            subscription=addresses.private(FeedAddress(person_id, state.generation)),
            private=True,
        )

    @router.post("/subscribe/{token}")
    async def replace(request: Request, token: str) -> Response:
        """Replace the address, then show the new one."""
        person_id = links.read(token)
        if person_id is None:
            return _unknown(request)
        await read_form(request)
        await _replace(person_id)
        return Response(status_code=303, headers={**HEADERS, "Location": f"?{request.url.query}#address"})

    async def _replace(person_id: UUID) -> None:
        async with database.transaction() as conn:
            await use_cases.replace_feed_address(conn, person_id, now=now())
        log.info("address of a feed replaced", person_id=str(person_id))

    return router


def _unknown(request: Request) -> HTMLResponse:
    return pages.page(request, "unknown_link.html", status=404, language=language_of(request))
