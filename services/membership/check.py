"""Answers over HTTP what would become of messages, to the system that would publish them; nothing is changed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from itertools import islice
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from shared import logs
from shared.clock import Clock
from shared.contracts.upstream import Fault
from shared.database.pool import Database
from shared.errors import Refused, TooOften
from shared.web.models import View

from .callers import Caller
from .drafts import NO_MESSAGE, Draft, Unreadable, in_csv, in_json, in_json_lines
from .messages import EVENT_IN_JSON
from .rehearsal import Rehearsal

log = logs.get(__name__)

MOST_OCTETS = 5_000_000
MOST_MESSAGES = 1_000
READING_SECONDS = 20
WAITING_SECONDS = 10

FORMS: Mapping[str, Callable[[bytes], Iterable[Draft]]] = {
    EVENT_IN_JSON: lambda octets: [Draft(EVENT_IN_JSON, {}, octets)],
    "application/cloudevents-batch+json": in_json,
    "application/json": in_json,
    "application/x-ndjson": lambda octets: in_json_lines(BytesIO(octets)),
    "application/jsonl": lambda octets: in_json_lines(BytesIO(octets)),
    "text/csv": lambda octets: in_csv(BytesIO(octets)),
}


class TooMuch(Refused):
    """More than is checked at a time."""

    status = 413
    code = "too_much"


class TooSlow(Refused):
    """The body did not come in time."""

    status = 408
    code = "too_slow"


class UnknownForm(Refused):
    """A body of a kind that is not read."""

    status = 415
    code = "unknown_form"


class FateView(View):
    """What would become of one message, and all that is wrong with it or that it waits for."""

    source: str | None
    id: str | None
    type: str | None
    outcome: Literal["accepted", "superseded", "waiting", "rejected"]
    faults: tuple[Fault, ...]


class CheckView(BaseModel):
    """What would become of each message, in their order."""

    system: str
    all_taken_in: bool
    messages: list[FateView]


def check(database: Database, caller: Caller, now: Clock) -> APIRouter:
    """Return the route; `caller` tells for which system somebody asks. One request is dealt with at a time."""
    router = APIRouter(prefix="/upstream")
    turn = asyncio.Lock()

    @router.post("/check")
    async def check_messages(request: Request, system: Annotated[str, Depends(caller)]) -> CheckView:
        """Say of each message whether it would be accepted, superseded or rejected, or wait for what it builds on.

        One CloudEvent in binary or structured mode, or several: a JSON array, JSON lines or CSV. At most 1,000
        messages and 5 MB.
        """
        async with _one_at_a_time(turn):
            drafts = _counted(_drafts(request, await _body(request)))
            rehearsal = Rehearsal(database, system, now())
            await rehearsal.play(drafts)
        fates = rehearsal.fates()
        all_taken_in = all(fate.is_taken_in for fate in fates)
        log.info("checked", system=system, messages=len(fates), all_taken_in=all_taken_in)
        messages = [FateView.model_validate(fate) for fate in fates]
        return CheckView(system=system, all_taken_in=all_taken_in, messages=messages)

    return router


@asynccontextmanager
async def _one_at_a_time(turn: asyncio.Lock) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(WAITING_SECONDS):
            await turn.acquire()
    except TimeoutError:
        raise TooOften("Others are having their messages checked; try again in a few seconds.") from None
    try:
        yield
    finally:
        turn.release()


async def _body(request: Request) -> bytes:
    octets = bytearray()
    try:
        async with asyncio.timeout(READING_SECONDS):
            async for part in request.stream():
                octets += part
                if len(octets) > MOST_OCTETS:
                    raise TooMuch(f"At most {MOST_OCTETS:,} bytes are checked at a time.")
    except TimeoutError:
        raise TooSlow(f"The body did not come within {READING_SECONDS} seconds.") from None
    return bytes(octets)


def _counted(drafts: Iterable[Draft]) -> list[Draft]:
    some = list(islice(drafts, MOST_MESSAGES + 1))
    if not some:
        raise Unreadable(NO_MESSAGE)
    if len(some) > MOST_MESSAGES:
        raise TooMuch(f"At most {MOST_MESSAGES:,} messages are checked at a time.")
    return some


def _drafts(request: Request, octets: bytes) -> Iterable[Draft]:
    content_type = request.headers.get("Content-Type")
    attributes = {name: _attribute(value) for name, value in request.headers.items() if name.startswith("ce-")}
    if attributes:
        return [Draft(content_type, attributes, octets)]
    form = FORMS.get((content_type or "").split(";")[0].strip().lower())
    if form is None:
        raise UnknownForm(f"is none of {', '.join(FORMS)}, and there are no ce- headers", field="content-type")
    return form(octets)


def _attribute(value: str) -> str:
    """Read a header as CloudEvents' binding to HTTP writes it: what is not in ASCII, in percent."""
    return unquote(value.encode("latin-1").decode(errors="replace"))
