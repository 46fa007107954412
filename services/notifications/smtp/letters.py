"""What is handed over, and how a connection is used."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from ..domain import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with its envelope.

    It `is_canonical` where whoever wrote it vouches that every line ends in CRLF and none begins with a dot.
    """

    email_id: int
    return_path: str
    recipient: str
    message: bytes
    is_canonical: bool = False


Report = Callable[[Letter, Outcome], None]


class Connection(Protocol):
    """One connection to the mail server that is opened when needed, kept, and renewed after some mails or any fault."""

    async def open(self) -> None:
        """Be connected, or raise Away."""
        ...

    async def exchange(self, letters: AsyncIterator[Letter], report: Report) -> None:
        """Hand letters over until they end or the connection is to be renewed.

        `report` is called the moment it is known what became of a letter, before anything else is done. A letter that
        was taken from `letters` (up to two ahead) and not reported was not tried. Whatever is no clear answer ends the
        connection, and only the letter it answered has a part in that. Raise Away where it ends before the first.
        """
        ...

    async def close(self) -> None:
        """Say goodbye and hang up."""
        ...
