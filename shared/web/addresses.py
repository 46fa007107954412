"""Addresses that nothing of ours can have, refused before anybody reads them."""

from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Invalid

from .problems import problem

NUL = "\0"


class NoNul:
    """Refuses a path or a query with a NUL character: no text in the database holds one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what has such an address, and hand on everything else."""
        field = _field_with_nul(scope) if scope["type"] == "http" else None
        if field is None:
            await self._app(scope, receive, send)
            return
        faults = [{"field": field, "reason": "holds a NUL character"}]
        refusal = problem(Invalid.status, Invalid.code, "The address holds a NUL character; see faults.", faults)
        await refusal(scope, receive, send)


def _field_with_nul(scope: Scope) -> str | None:
    if NUL in scope["path"]:
        return "path"
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((name.replace(NUL, "\ufffd") for name, value in asked if NUL in name + value), None)
