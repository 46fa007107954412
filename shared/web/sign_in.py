"""Signing in to the pages with a name and the operator's token; a signed cookie remembers it for some hours."""

import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from shared.clock import Clock
from shared.links import Tokens

from .forms import ForeignForm, Form, read_form
from .pace import Pace
from .pages import LANGUAGE, NotSignedIn, Pages, known_language, see_other, style_sheet

COOKIE = "session"
SIGNED_IN_FOR = timedelta(hours=12)
LANGUAGE_KEPT_FOR = timedelta(days=365)
LONGEST_NAME = 100
# For all who try together.
TRIES_PER_SECOND = 1
TRIES_AT_ONCE = 20
SIGNATURE_OCTETS = 32
A_PAGE_OF_OURS = re.compile(r"pages(/[\w./?=&%+|-]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in; `form_token` stands in each of their forms, where no other site can read it."""

    who: str
    form_token: str


class SignIn:
    """Knows who is signed in, and lets people in and out.

    The operator's token signs: another token ends every session, and the pages of all
    services that have the same token know the same people.
    """

    def __init__(self, operator_token: str, now: Clock) -> None:
        self._token = operator_token.encode()
        self._tokens = Tokens("sessions of the pages", operator_token, SIGNATURE_OCTETS)
        self._now = now
        self._pace = Pace(TRIES_PER_SECOND, at_once=TRIES_AT_ONCE)

    async def session(self, request: Request) -> Session:
        """Return who is signed in; a dependency of every page, which raises NotSignedIn."""
        session = self._read(request.cookies.get(COOKIE, ""))
        if session is None:
            raise NotSignedIn
        request.state.session = session
        return session

    async def form(self, request: Request) -> Form:
        """Read a form of somebody who is signed in; raises NotSignedIn, ForeignForm, Invalid."""
        session = await self.session(request)
        form = await read_form(request)
        if not hmac.compare_digest(form.text("form_token").encode(), session.form_token.encode()):
            raise ForeignForm("this form is of another session; open the page again")
        return form

    def router(self, pages: Pages, first: str) -> APIRouter:
        """Return a router for pages that only who has signed in may see; `/pages` leads to the first of them."""
        router = APIRouter(
            prefix="/pages",
            include_in_schema=False,
            route_class=pages.route_class(),
            dependencies=[Depends(self.session)],
        )

        @router.get("")
        async def first_page(request: Request) -> RedirectResponse:
            return see_other(request, first)

        return router

    def with_routes(self, pages: Pages, router: APIRouter) -> APIRouter:
        """Return all routes of such a router, with those of coming in and out."""
        everything = APIRouter()
        everything.include_router(self._routes(pages))
        everything.include_router(router)
        return everything

    def _routes(self, pages: Pages) -> APIRouter:
        """Return the pages by which one comes in and out, chooses the language, and gets the style sheet."""
        router = APIRouter(prefix="/pages", include_in_schema=False, route_class=pages.route_class())

        @router.get("/style.css")
        async def style() -> Response:
            return style_sheet()

        @router.get("/sign-in")
        async def ask(request: Request, back: str = "pages") -> Response:
            return pages.page(request, "sign_in.html", back=back, who="", wrong=None)

        @router.post("/sign-in")
        async def sign_in(request: Request) -> Response:
            self._pace.take()
            form = await read_form(request)
            who, back = " ".join(form.text("who").split()), form.text("back")
            wrong = self._wrong(who, form.text("token"))
            if wrong:
                return pages.page(request, "sign_in.html", status=401, back=back, who=who, wrong=wrong)
            response = see_other(request, _page_of_ours(back))
            _set_cookie(response, request, COOKIE, self.cookie(who), SIGNED_IN_FOR)
            return response

        @router.post("/sign-out")
        async def sign_out(request: Request) -> Response:
            await self.form(request)
            response = see_other(request, "pages/sign-in")
            response.delete_cookie(COOKIE)
            return response

        @router.post("/language")
        async def choose_language(request: Request) -> Response:
            form = await read_form(request)
            response = see_other(request, _page_of_ours(form.text("back")))
            chosen = known_language(form.text("language")) or "da"
            _set_cookie(response, request, LANGUAGE, chosen, LANGUAGE_KEPT_FOR)
            return response

        return router

    def cookie(self, who: str) -> str:
        """Return the cookie of somebody who signs in now."""
        ends = int((self._now() + SIGNED_IN_FOR).timestamp())
        said = json.dumps([who, ends, secrets.token_urlsafe(16)]).encode()
        return self._tokens.token(said)

    def _read(self, cookie: str) -> Session | None:
        said = self._tokens.read(cookie)
        if said is None:
            return None
        who, ends, form_token = json.loads(said)
        return Session(who, form_token) if self._now().timestamp() < ends else None

    def _wrong(self, who: str, token: str) -> str | None:
        """Return which field is wrong, if any."""
        if not who or len(who) > LONGEST_NAME or not who.isprintable():
            return "who"
        return None if hmac.compare_digest(token.encode(), self._token) else "token"


def _page_of_ours(back: str) -> str:
    """Return where somebody came from, if that is a page of ours."""
    return back if A_PAGE_OF_OURS.fullmatch(back) and ".." not in back else "pages"


def _set_cookie(response: Response, request: Request, name: str, value: str, kept_for: timedelta) -> None:
    """Set a cookie for all of our pages, that no script reads and no other site's link brings along."""
    response.set_cookie(
        name,
        value,
        max_age=int(kept_for.total_seconds()),
        secure=request.headers.get("X-Forwarded-Proto", request.url.scheme) == "https",
        httponly=True,
        samesite="strict",
    )
