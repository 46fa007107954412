"""What everybody may read: the contract of the open event door, in words and for programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from shared.contracts import upstream
from shared.errors import NotFound
from shared.web.etags import etag_of, is_known
from shared.web.pace import Pace

CONTRACT = Path(__file__).parent / "contract"
SCHEMAS = Path(upstream.__file__).parent / "golden"

# The page loads nothing; browsers of other sites may read the contract, which is the same for all.
HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Document:
    """Something to read, always the same octets."""

    octets: bytes
    media_type: str

    @property
    def etag(self) -> str:
        return etag_of(self.octets)


def public(pace: Pace) -> APIRouter:
    """Return the routes of the contract; nobody signs in. `pace` is that of all readers together."""
    router = APIRouter(prefix="/upstream", include_in_schema=False)
    documents = dict(_documents())

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def read(path: str, request: Request) -> Response:
        """Answer a document, or only that it has not changed."""
        pace.take()
        document = documents.get(path)
        if document is None:
            raise NotFound("There is no such document; /upstream/ lists all.")
        headers = {**HEADERS, "ETag": document.etag}
        if is_known(request, document.etag):
            return Response(status_code=304, headers=headers)
        return Response(document.octets, media_type=document.media_type, headers=headers)

    return router


def _documents() -> Iterator[tuple[str, Document]]:
    """Read each document with the path under which it is found."""
    yield "", Document((CONTRACT / "index.html").read_bytes(), "text/html; charset=utf-8")
    yield "asyncapi.json", Document((CONTRACT / "asyncapi.json").read_bytes(), "application/json")
    types = [message.type for message in upstream.MESSAGES] + [answer.type for answer in upstream.ANSWERS]
    for name in (f"{each}.json" for each in types):
        yield f"schemas/{name}", Document((SCHEMAS / name).read_bytes(), "application/schema+json")
