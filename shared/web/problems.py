"""Errors as problem details (RFC 9457), each with a stable code and the field at fault."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.database.pool import DatabaseAway
from shared.errors import Refused

# Any answer of an API but those that a route names.
PROBLEM = {
    "description": "A problem (RFC 9457): `title` is its stable code, `faults` name the fields.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "faults": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "reason"],
                            "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}


def answer_with_problems(app: FastAPI) -> None:
    """Have the application answer every refusal and every invalid request as problem details."""

    @app.exception_handler(Refused)
    async def refused(request: Request, why: Refused) -> JSONResponse:
        faults = [{"field": why.field, "reason": why.detail}] if why.field else []
        return problem(why.status, why.code, why.detail, faults, why.headers)

    @app.exception_handler(DatabaseAway)
    async def away(request: Request, why: DatabaseAway) -> JSONResponse:
        return problem(503, "unavailable", "The database does not answer; nothing was changed. Try again soon.", [])

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, why: HTTPException) -> JSONResponse:
        """No such address, another method, or a body that cannot be read."""
        code = HTTPStatus(why.status_code).name.lower()
        return problem(why.status_code, code, str(why.detail), [], why.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, why: RequestValidationError) -> JSONResponse:
        faults = [{"field": ".".join(map(str, fault["loc"][1:])), "reason": fault["msg"]} for fault in why.errors()]
        return problem(422, "invalid", "The request is not as described; see faults.", faults)


def problem(
    status: int,
    code: str,
    detail: str,
    faults: Sequence[Mapping[str, str]],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return problem details; each fault names a field and a reason."""
    body = {"type": f"urn:handelsbyer:problem:{code}", "title": code, "status": status, "detail": detail}
    return JSONResponse(
        {**body, **({"faults": faults} if faults else {})},
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )
