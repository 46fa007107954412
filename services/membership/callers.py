"""Tells for which system somebody asks over HTTP: a system for itself, or the operator for any."""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, ClassVar

from fastapi import Header, Query

from shared.database.pool import Database
from shared.errors import Invalid, NotAllowed
from shared.web.operator import Guard
from shared.web.pace import Pace

from . import storage
from .systems import NAME

Caller = Callable[..., Awaitable[str]]


class NotSignedIn(NotAllowed):
    """Nobody whom we know, or not by this password."""

    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": 'Basic realm="upstream", charset="UTF-8"'}

    def __init__(self) -> None:
        super().__init__("sign in with your system's name and its password at the broker (HTTP Basic)")


def calling_system(database: Database, operator: Guard, pace: Pace) -> Caller:
    """Return a dependency that answers the name of the system; `pace` is that of everybody who tries to sign in."""

    async def name(
        authorization: Annotated[str, Header()] = "",
        system: Annotated[str | None, Query(pattern=f"^{NAME}$", description="For the operator: which one.")] = None,
    ) -> str:
        pace.take()
        if authorization.lower().startswith("bearer "):
            await operator(authorization)
            if system is None:
                raise Invalid("say for which system: ?system=<name>", field="system")
            async with database.connection() as conn:
                return (await storage.get_system(conn, system)).name
        signed_in, password = _basic(authorization)
        async with database.connection() as conn:
            if await storage.system_of_password(conn, signed_in, password) is None or system not in (None, signed_in):
                raise NotSignedIn
        return signed_in

    return name


def _basic(authorization: str) -> tuple[str, str]:
    """Read a name and a password as RFC 7617 writes them; raises NotSignedIn."""
    scheme, _, token = authorization.partition(" ")
    try:
        name, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise NotSignedIn from None
    if scheme.lower() != "basic" or not re.fullmatch(NAME, name):
        raise NotSignedIn
    return name, password
