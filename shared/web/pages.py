"""Pages for the people who look after the platform: one layout, two languages, no script, nothing from elsewhere."""

import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from shared.contracts.membership import Language
from shared.database.pool import DatabaseAway
from shared.errors import NotFound, Refused

HERE = Path(__file__).parent
LANGUAGE = "language"
STYLE_SHEET = (HERE / "templates" / "style.css").read_bytes()

# Nothing is loaded but our style sheet, nothing is kept, and no other site learns the address or shows the page.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class NotSignedIn(Exception):
    """The page is for those who have signed in."""


class Pages:
    """A service's pages: its templates, inside the layout of all services.

    A proxy may put the service under a path that the service does not know: every address in a page is relative, and
    `root` leads from the page to the service's root.
    """

    def __init__(self, templates: Path, *, layout: str = "layout.html", **words: Any) -> None:
        """`templates`: the service's own folder; `layout`: what trouble is told in; `words`: what all pages may use."""
        self._layout = layout
        self._templates = Environment(
            loader=FileSystemLoader([templates, HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(words, t=_in_the_pages_language)

    def page(self, request: Request, template: str, *, status: int = 200, **words: Any) -> HTMLResponse:
        """Return a page in the reader's language."""
        frame = {
            "layout": self._layout,
            "language": language_of(request),
            "root": root(request),
            "here": _here(request),
            "session": getattr(request.state, "session", None),
        }
        written = self._templates.get_template(template).render({**frame, **words})
        return HTMLResponse(written, status, headers=HEADERS)

    def route_class(self) -> type[APIRoute]:
        """Return the class of routes that answer with a page whatever happens."""
        pages = self

        class PageRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                answer = super().get_route_handler()

                async def with_a_page(request: Request) -> Response:
                    try:
                        return await answer(request)
                    except NotSignedIn:
                        return _to_sign_in(request)
                    except (Refused, DatabaseAway, RequestValidationError) as why:
                        return pages._trouble(request, why)

                return with_a_page

        return PageRoute

    def _trouble(self, request: Request, why: Exception) -> HTMLResponse:
        match why:
            case DatabaseAway():
                return self._told(request, 503, "away")
            case Refused() if why.status != NotFound.status:
                page = self._told(request, why.status, "refused", why.detail)
                page.headers.update(why.headers)
                return page
        return self._told(request, NotFound.status, "unknown")

    def _told(self, request: Request, status: int, kind: str, detail: str = "") -> HTMLResponse:
        return self.page(request, "trouble.html", status=status, here=_back(request), kind=kind, detail=detail)


def see_other(request: Request, to: str) -> RedirectResponse:
    """Send the reader on, after a POST, to an address below the service's root."""
    return RedirectResponse(root(request) + to, 303, headers=HEADERS)


def root(request: Request) -> str:
    """Return the way from a page to the service's root."""
    return "../" * (request.url.path.count("/") - 1) or "./"


def language_of(request: Request) -> Language:
    """Return the language that the address or the reader's choice names, or else what their browser prefers."""
    for named in (request.query_params.get(LANGUAGE), request.cookies.get(LANGUAGE)):
        if chosen := known_language(named):
            return chosen
    asked = [_preference(one) for one in request.headers.get("Accept-Language", "").split(",")]
    known = [(weight, language) for tag, weight in asked if (language := known_language(tag))]
    return max(known, key=lambda one: one[0])[1] if known else "da"


def known_language(written: str | None) -> Language | None:
    """Return the language of ours that somebody names, or None where it is no such."""
    match written:
        case "da" | "en":
            return written
    return None


def style_sheet() -> Response:
    """Return the style sheet of all pages, which a browser may keep for a while."""
    return Response(STYLE_SHEET, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


def _preference(written: str) -> tuple[str, float]:
    """Read `en-GB;q=0.8`."""
    tag, _, weight = written.partition(";")
    read = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", weight)
    return tag.strip().lower().partition("-")[0], float(read[1]) if read else 1.0


def _here(request: Request) -> str:
    """Return the address of a page below the service's root; of what a form is sent to, that of the page above."""
    if request.method == "POST":
        return request.url.path.lstrip("/").rpartition("/")[0]
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path.lstrip("/") + query


def _to_sign_in(request: Request) -> Response:
    return see_other(request, f"pages/sign-in?back={quote(_back(request), safe='')}")


def _back(request: Request) -> str:
    """Return where somebody goes on who cannot be shown what they asked for."""
    return _here(request) if request.method == "GET" else "pages"


@pass_context
def _in_the_pages_language(context: Context, danish: str, english: str) -> str:
    return english if context["language"] == "en" else danish
