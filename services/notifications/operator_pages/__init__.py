"""The pages for the operator and the secretariat: what became of each e-mail, and what is done about it."""

from fastapi import APIRouter

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.pages import Pages
from shared.web.sign_in import SignIn

from ..fates import WHY_LEFT
from ..samples import KINDS, name
from ..showing import Viewer
from . import wording
from .hours import add_page_of_hours
from .many import add_pages_of_many
from .one import add_pages_of_one
from .people import add_page_of_people
from .reading import TEMPLATES
from .suppressions import add_pages_of_suppressions
from .topics import add_pages_of_topics

__all__ = ["operator_pages"]


def operator_pages(database: Database, operator_token: str, viewer: Viewer, mail_domain: str, now: Clock) -> APIRouter:
    """Return the routes of all pages; whoever has not signed in is asked to."""
    pages = Pages(TEMPLATES, words=wording, why_left=WHY_LEFT, kinds=KINDS, name_of_kind=name)
    sign_in = SignIn(operator_token, now)
    router = sign_in.router(pages, "pages/emails")
    add_page_of_people(router, database, pages, sign_in)
    add_pages_of_many(router, database, pages, sign_in, mail_domain, now)
    add_pages_of_one(router, database, pages, sign_in, viewer, mail_domain, now)
    add_page_of_hours(router, database, pages, now)
    add_pages_of_suppressions(router, database, pages, sign_in, now)
    add_pages_of_topics(router, database, pages, sign_in, now)
    return sign_in.with_routes(pages, router)
