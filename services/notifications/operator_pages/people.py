"""The page that finds a person: what is searched for stands in no address, for it names somebody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from shared.database.pool import Database
from shared.web.forms import Form
from shared.web.pages import Pages, see_other
from shared.web.sign_in import SignIn

from .. import storage

MOST = 50


def add_page_of_people(router: APIRouter, database: Database, pages: Pages, sign_in: SignIn) -> None:
    """Add the search for people, which leads on at once where it finds one alone."""

    @router.post("/emails/people")
    async def find(request: Request, form: Annotated[Form, Depends(sign_in.form)]) -> Response:
        words = form.text("words").replace("\0", "")[:200]
        async with database.connection() as conn:
            found = await storage.find_people(conn, words, MOST) if words else []
        if len(found) == 1:
            return see_other(request, f"pages/emails?person={found[0].id}")
        return pages.page(request, "people.html", found=found, most=MOST, searched=words)
