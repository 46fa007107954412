"""What a page's form sends, read within limits, and only when it was sent from a page of ours."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from shared.errors import Invalid, NotAllowed

from .models import LARGEST

MOST_OCTETS = 4 * 1024 * 1024
MOST_FIELDS = 1000
LONGEST_REASON = 500


class ForeignForm(NotAllowed):
    """The form stands on another site's page, or on one of ours that somebody else had opened."""

    status = 403
    code = "foreign_form"
    headers: ClassVar[Mapping[str, str]] = {}


class Form:
    """The fields of a form."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Return a field without blanks around it, its lines ended by LF, or an empty text where it was not sent."""
        return self._fields.get(name, [""])[0].strip().replace("\r\n", "\n")

    def texts(self, name: str) -> list[str]:
        """Return all that was sent under a name."""
        return self._fields.get(name, [])


def number(text: str, most: int = LARGEST) -> int | None:
    """Read a number from 1, or None where there is none."""
    read = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    return read if 0 < read <= most else None


def reason(form: Form) -> str | None:
    """Read why something is done: one line, or None where there is none or it is too long."""
    why = " ".join(form.text("why").split())
    return why if 0 < len(why) <= LONGEST_REASON and why.isprintable() else None


async def read_form(request: Request) -> Form:
    """Read what was sent; raises ForeignForm, and Invalid where it is no form or too much."""
    if not _from_here(request):
        raise ForeignForm("this form was not sent from a page of ours")
    sent = bytearray()
    async for octets in request.stream():
        sent += octets
        if len(sent) > MOST_OCTETS:
            raise Invalid(f"this is more than {MOST_OCTETS} octets")
    try:
        return Form(parse_qs(sent.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Invalid("this is not what a form of ours sends") from None


def _from_here(request: Request) -> bool:
    """Ask the browser: it says where the form stands, in one way or another."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("Host")
