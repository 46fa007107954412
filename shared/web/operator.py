"""May this caller do this? For now: whoever sends the operator's token may do everything."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header

from shared.errors import NotAllowed

Guard = Callable[..., Awaitable[None]]


def operator_only(token: str) -> Guard:
    """Return a dependency that refuses every request without the operator's token."""

    async def check(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise NotAllowed("send the operator's token: Authorization: Bearer <token>")

    return check
