"""The ways in which a request can be wrong, each with a stable code and what would be right; and what is away."""

from collections.abc import Mapping
from typing import ClassVar


class Trouble(Exception):
    """Something cannot be done now, through no fault of what was asked; the words say why, and name no person."""


class Refused(Exception):
    """What was asked for cannot be done; `field` names the part of the request that is at fault."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class Invalid(Refused):
    """The request makes no sense as it stands."""

    status = 422
    code = "invalid"


class NotFound(Refused):
    """There is no such thing."""

    status = 404
    code = "not_found"


class Conflict(Refused):
    """It made sense, but not in the present state."""

    status = 409
    code = "conflict"


class NotAllowed(Refused):
    """The caller may not do this."""

    status = 401
    code = "not_allowed"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class TooOften(Refused):
    """The caller, or all of them together, ask more often than we can bear."""

    status = 429
    code = "too_often"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}
