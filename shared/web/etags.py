"""Whether a thing is still as somebody has seen it: ETag says how it is, If-Match how it was seen."""

import hashlib
import re
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel

from shared.errors import Refused

ETAGS = re.compile(r'"[!#-~\x80-\xff]*"')

IfMatch = Annotated[
    str | None,
    Header(description="The ETag of what was seen: refused (412) where it is so no longer.", max_length=1000),
]


class ChangedMeanwhile(Refused):
    """Somebody else has changed it since it was seen."""

    status = 412
    code = "changed_meanwhile"


def etag(view: BaseModel) -> str:
    """Return the tag of a thing as it is shown."""
    return etag_of(view.model_dump_json(by_alias=True).encode())


def etag_of(octets: bytes) -> str:
    """Return the tag of what is always answered in the same octets."""
    return f'"{hashlib.sha256(octets).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Say whether whoever asks has it as it is (RFC 9110, 13.1.2)."""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    return not known.isdisjoint({"*", tag.removeprefix("W/")})


def tag(response: Response, view: BaseModel) -> None:
    """Say how a thing is that is answered."""
    response.headers["ETag"] = etag(view)


def check_unchanged(if_match: str | None, view: BaseModel) -> None:
    """Refuse a change of what is no longer as it was seen; whoever says nothing of that changes it as it is."""
    if if_match is None or if_match.strip() == "*":
        return
    if etag(view) not in ETAGS.findall(if_match):
        raise ChangedMeanwhile("it was changed since you saw it: get it again", field="If-Match")
