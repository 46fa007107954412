"""The pages for the secretariat: the year, the series, each meeting with who comes, and who has stayed away."""

from fastapi import APIRouter

from shared.clock import Clock
from shared.database.pool import Database
from shared.web.pages import Pages
from shared.web.sign_in import SignIn

from ..turns import Turns
from . import refusals, rules_in_words, wording
from .absent import add_page_of_absent
from .crisis import add_pages_of_crises
from .hosts import add_pages_of_hosts
from .meeting import add_pages_of_a_meeting
from .new_series import add_pages_of_new_series
from .reading import TEMPLATES
from .series import add_pages_of_series
from .year import add_page_of_the_year

__all__ = ["secretariat_pages"]


def secretariat_pages(database: Database, operator_token: str, uid_domain: str, turns: Turns, now: Clock) -> APIRouter:
    """Return the routes of all pages; whoever has not signed in is asked to."""
    pages = Pages(TEMPLATES, words=wording, rules=rules_in_words, refusals=refusals)
    sign_in = SignIn(operator_token, now)
    router = sign_in.router(pages, "pages/year")
    add_page_of_the_year(router, database, pages, now)
    add_pages_of_new_series(router, database, pages, sign_in, uid_domain, now)
    add_pages_of_series(router, database, pages, sign_in, uid_domain, now)
    add_pages_of_a_meeting(router, database, pages, sign_in, turns, now)
    add_pages_of_crises(router, database, pages, sign_in, uid_domain, now)
    add_pages_of_hosts(router, database, pages, sign_in, now)
    add_page_of_absent(router, database, pages, now)
    return sign_in.with_routes(pages, router)
