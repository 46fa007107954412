"""The calendar feeds that programs fetch: one a person at a secret address, and one of the public meetings."""

import gzip
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from shared.database.pool import Connection, Database
from shared.web.etags import is_known

from . import storage
from .feed import Entry, FeedState, feed
from .feed_address import FeedAddresses
from .feed_states import FeedStates

GZIP_LEVEL = 6
HEADERS = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}
UNKNOWN = "Vi kender ikke den adresse. / We do not know that address.\n"
REPLACED = "Adressen er erstattet af en ny. / The address was replaced by a new one.\n"

Entries = Callable[[Connection], Awaitable[list[Entry]]]


def feeds(database: Database, addresses: FeedAddresses, states: FeedStates) -> APIRouter:
    """Return the routes of the feeds; they change nothing. Plain ones, for programs ask all the time."""
    router = APIRouter()

    async def public(request: Request) -> Response:
        """The meetings of public series."""
        state = await states.of(None)
        return await answered(request, state, "public", lambda conn: storage.public_entries(conn, state.day))

    async def private(request: Request) -> Response:
        """What one person is asked to; 404 is no address of ours, 410 one that was replaced."""
        address = addresses.read(request.path_params["token"])
        if address is None:
            return PlainTextResponse(UNKNOWN, 404)
        state = await states.of(address.person_id)
        if address.generation != state.generation:
            return PlainTextResponse(REPLACED, 410)
        return await answered(
            request, state, "private", lambda conn: storage.private_entries(conn, address.person_id, state.day)
        )

    async def answered(request: Request, state: FeedState, cache: str, entries: Entries) -> Response:
        headers = {**HEADERS, "ETag": state.etag, "Cache-Control": f"{cache}, max-age=900"}
        if is_known(request, state.etag):
            return Response(status_code=304, headers=headers)
        async with database.connection() as conn:
            octets = feed(await entries(conn), state.language)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            octets = gzip.compress(octets, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(octets, headers=headers, media_type="text/calendar; charset=utf-8")

    router.add_route("/calendar/public.ics", public, include_in_schema=False)
    router.add_route("/calendar/{token}.ics", private, include_in_schema=False)
    return router
