"""Lists come page by page; the position after which the next page begins is handed to the reader as a cursor."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from shared.errors import Invalid

PAGE = 100

# A position is read from what anybody may send: only what the database can compare is one.
Moment = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2300, 1, 1, tzinfo=UTC))]

After = Annotated[str | None, Query(max_length=500, description="The `next` of the page before.")]
Position = TypeVar("Position")


class Cursors(Generic[Position]):
    """The cursors of one list, each a position in its order."""

    def __init__(self, kind: type[Position]) -> None:
        self._positions: TypeAdapter[Position] = TypeAdapter(kind)

    def cursor(self, position: Position) -> str:
        """Return the cursor of a position."""
        return base64.urlsafe_b64encode(self._positions.dump_json(position)).rstrip(b"=").decode()

    def position(self, cursor: str | None) -> Position | None:
        """Return the position of a cursor, None where the list begins; raises Invalid."""
        if cursor is None:
            return None
        try:
            octets = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            return self._positions.validate_json(octets)
        except (binascii.Error, ValueError, ValidationError):
            raise Invalid("is no `next` of a page of this list", field="after") from None
