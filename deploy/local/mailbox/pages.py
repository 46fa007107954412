"""The pages: a list of e-mails, and one e-mail as its reader sees it; nothing in a mail can run or reach anything."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from shared import web

from . import wording
from .emails import Email
from .folder import EmailFolder

HERE = Path(__file__).parent
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The page around it may measure the mail (allow-same-origin); scripts are not allowed, so the mail can do nothing.
MAIL_SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {MAIL_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
LINKS_OPEN_ELSEWHERE = '<base target="_blank">'

templates = Environment(
    loader=FileSystemLoader([HERE / "templates", Path(web.__file__).parent / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals.update(words=wording, sandbox=MAIL_SANDBOX)


def mailbox_app(folder: Path) -> FastAPI:
    """Build the application over a folder of .eml files."""
    app = FastAPI(title="mailbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.middleware("http")(_guarded)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    app.include_router(_routes(EmailFolder(folder)))
    return app


def _routes(emails: EmailFolder) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def list_emails(q: str = "", kind: str = "", page: int = 1) -> str:
        return _page("list.html", found=emails.search(q, kind, page), q=q, kind=kind)

    @router.get("/emails/{name}")
    def show_email(name: str) -> str:
        email = _found(emails.email(name))
        return _page("email.html", email=email, thread=emails.thread(email.headline))

    @router.get("/emails/{name}/html")
    def show_body(name: str) -> HTMLResponse:
        body = _found(emails.email(name)).html.replace("<head>", f"<head>{LINKS_OPEN_ELSEWHERE}", 1)
        return HTMLResponse(body, headers={"Content-Security-Policy": MAIL_POLICY})

    @router.get("/emails/{name}/source")
    def download(name: str) -> FileResponse:
        path = emails.path_of(name)
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type="message/rfc822", filename=path.name)

    return router


def _found(email: Email | None) -> Email:
    if email is None:
        raise HTTPException(404)
    return email


def _page(template: str, **shown: Any) -> str:
    return templates.get_template(template).render(shown)


async def _guarded(request: Request, answer: RequestResponseEndpoint) -> Response:
    response = await answer(request)
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
