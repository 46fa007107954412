"""The pages for the secretariat: what could not be taken in, what is missing from lists, and whom no mail reaches."""

from fastapi import APIRouter

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.pages import Pages
from shared.web.sign_in import SignIn

from .. import faults_in_danish, lines, marks, wording
from .many import add_pages_of_many
from .missing import add_pages_of_missing
from .one import add_pages_of_one
from .reading import TEMPLATES
from .unreachable import add_page_of_unreachable

__all__ = ["secretariat_pages"]


def secretariat_pages(database: Database, operator_token: str, now: Clock) -> APIRouter:
    """Return the routes of all pages; whoever has not signed in is asked to."""
    pages = Pages(TEMPLATES, words=wording, faults=faults_in_danish, lines=lines, marks=marks)
    sign_in = SignIn(operator_token, now)
    router = sign_in.router(pages, "pages/quarantine")
    add_pages_of_many(router, database, pages, sign_in, now)
    add_pages_of_one(router, database, pages, sign_in, now)
    add_pages_of_missing(router, database, pages, sign_in, now)
    add_page_of_unreachable(router, database, pages, now)
    return sign_in.with_routes(pages, router)
