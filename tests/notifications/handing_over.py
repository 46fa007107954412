"""Hands letters over as a sender does: over as many connections as it takes, each letter until it is reported."""

from collections.abc import AsyncIterator, Iterable, Sequence

from services.notifications.domain import Outcome
from services.notifications.smtp import Client, Connection, Letter, Limits, Server, connections

HELO = "mail.netvaerk.example"
# Long enough for a busy machine, short enough for a test.
SHORT = Limits(connect=2, command=2, block=2, message=2, goodbye=0.2)
MESSAGE = b"From: a@b.example\r\nSubject: hej\r\n\r\n.\r\n..hej\r\n.\r\n\r\nfarvel\r\n"


def letter(number: int, recipient: str = "", message: bytes = MESSAGE) -> Letter:
    return Letter(number, f"b+{number}@mail.netvaerk.example", recipient or f"p{number}@by.example", message)


def connection(url: str, client: Client, limits: Limits = SHORT) -> Connection:
    return connections(Server.read(url), HELO, client, limits)()


async def handed_over(talking: Connection, letters: Iterable[Letter]) -> dict[str, Outcome]:
    """Return what was reported of each, by its recipient."""
    waiting = {letter.email_id: letter for letter in letters}
    found: dict[str, Outcome] = {}

    def report(letter: Letter, outcome: Outcome) -> None:
        del waiting[letter.email_id]
        found[letter.recipient] = outcome

    while waiting:
        before = len(waiting)
        await talking.open()
        await talking.exchange(each(list(waiting.values())), report)
        assert len(waiting) < before, "a connection gets on by one letter at least"
    return found


async def each(letters: Sequence[Letter]) -> AsyncIterator[Letter]:
    for letter in letters:
        yield letter
