"""What the pages have in common that e-mails lead their readers to."""

from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse

from shared.database.pool import Connection
from shared.web.pages import Pages, known_language, language_of

from . import storage
from .domain import CRITICAL_TOPICS, Language
from .topics import TOPIC_NAMES

pages = Pages(Path(__file__).parent / "templates" / "pages", layout="link_page.html")


async def page_for(request: Request, conn: Connection, person_id: UUID, template: str, **facts: Any) -> HTMLResponse:
    """Return a page that shows what a person gets and has muted, in the language that is asked for, or theirs."""
    reader = await storage.find_reader(conn, person_id)
    theirs: Language = reader["language"] if reader else "da"
    language = known_language(request.query_params.get("language")) or theirs
    return pages.page(
        request,
        template,
        language=language,
        name=reader["name"] if reader else None,
        theirs=theirs,
        muted=await storage.muted_topics(conn, person_id),
        critical=CRITICAL_TOPICS,
        names=TOPIC_NAMES[language],
        **facts,
    )


def page_of_unknown_link(request: Request) -> HTMLResponse:
    """Return the page for a link that is none of ours."""
    return pages.page(request, "unknown_link.html", status=404, language=language_of(request))
