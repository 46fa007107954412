"""A POST that is sent again with the same Idempotency-Key is done once, and answered alike each time."""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.clock import Clock
from shared.database.pool import Connection, Database
from shared.errors import Invalid
from shared.parts import Loop

from .operator import Guard

HEADER = "Idempotency-Key"
A_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)
KEPT_FOR = timedelta(days=1)
FORGET_EVERY_SECONDS = 3600.0
IN_OPENAPI = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again within a day with the same key, the same request is done once and answered alike.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


class NoKey(Invalid):
    """An Idempotency-Key is 1 to 200 visible characters of ASCII."""

    code = "no_idempotency_key"


class KeyReused(Invalid):
    """The key was sent with another request before."""

    code = "idempotency_key_reused"


def once(database: Database, guard: Guard, now: Clock) -> type[APIRoute]:
    """Return the class of routes whose POSTs may carry a key; `guard` is asked before any answer is repeated.

    The answer is kept in the transaction of what it answers: neither is ever there without the other. Whoever sends the
    same key at the same time waits for it. What is refused changes nothing, and its key may be used again.
    """

    class OnceRoute(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
            if "POST" in (how.get("methods") or ()):
                how["openapi_extra"] = {"parameters": [IN_OPENAPI]}
            super().__init__(path, endpoint, **how)

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def answer_once(request: Request) -> Response:
                key = request.headers.get(HEADER)
                if key is None or request.method != "POST":
                    return await answer(request)
                authorization = request.headers.get("Authorization", "")
                await guard(authorization)
                if not A_KEY.fullmatch(key):
                    raise NoKey("send 1 to 200 visible characters of ASCII", field=HEADER)
                fingerprint = await _fingerprint(request)
                async with database.shared_transaction() as conn:
                    if not await _claim(conn, key, fingerprint, now):
                        return await _kept_answer(conn, key, fingerprint)
                    response = await answer(request)
                    await _keep_answer(conn, key, response)
                return response

            return answer_once

    return OnceRoute


def forgetting(database: Database, now: Clock) -> Loop:
    """Return the part that forgets answers in time."""
    return Loop("kept answers", lambda: forget_answers(database, now), pause=FORGET_EVERY_SECONDS)


async def forget_answers(database: Database, now: Clock) -> bool:
    """Forget the answers that were kept for long enough; there is never more to do at once."""
    async with database.connection() as conn:
        await conn.execute("DELETE FROM idempotency_keys WHERE asked_at < $1", now() - KEPT_FOR)
    return False


async def _fingerprint(request: Request) -> bytes:
    """Return what is the same for the same request: what is asked of which address, with which body."""
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(asked + await request.body()).digest()


async def _claim(conn: Connection, key: str, fingerprint: bytes, now: Clock) -> bool:
    """Take a key that nobody has used, waiting for whoever is about to; say whether it was to be had."""
    claimed = await conn.fetchval(
        """
        INSERT INTO idempotency_keys (key, fingerprint, asked_at)
        VALUES ($1, $2, $3)
            ON CONFLICT (key) DO NOTHING
        RETURNING true
        """,
        key,
        fingerprint,
        now(),
    )
    return bool(claimed)


async def _keep_answer(conn: Connection, key: str, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    await conn.execute(
        "UPDATE idempotency_keys SET status = $2, headers = $3, body = $4 WHERE key = $1",
        key,
        response.status_code,
        json.dumps(headers),
        bytes(response.body),
    )


async def _kept_answer(conn: Connection, key: str, fingerprint: bytes) -> Response:
    kept = await conn.fetchrow("SELECT * FROM idempotency_keys WHERE key = $1", key)
    if kept is None or kept["fingerprint"] != fingerprint:
        raise KeyReused("this key was sent with another request; take a new one", field=HEADER)
    return Response(kept["body"], kept["status"], json.loads(kept["headers"]))
