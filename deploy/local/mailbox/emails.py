"""Reads e-mails back from .eml files, as a mail program would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parseaddr
from pathlib import Path
from typing import NamedTuple, cast

from shared.clock import COPENHAGEN

from .calendar import CalendarEntry, read_calendar

SHOWN_HEADERS = (
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Content-Language", "DKIM-Signature"),
)


class Identity(NamedTuple):
    """What tells one e-mail from another to its reader; UID and SEQUENCE are those of its calendar part."""

    address: str
    kind: str
    uid: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Headline:
    """An e-mail as a list shows it. Those of one thread are about one meeting and for one reader."""

    name: str
    arrived_at: datetime
    kind: str
    language: str
    reader: str
    address: str
    subject: str
    thread: str


@dataclass(frozen=True, slots=True)
class Email:
    """A whole e-mail: the headers that matter, both bodies, and what its calendar part says."""

    headline: Headline
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: CalendarEntry | None


def read_identity(path: Path) -> Identity:
    """Read no more of an e-mail than tells it from others, which is much faster."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.compat32).parse(file)
    _, address = parseaddr(message["To"])
    calendar = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    if calendar is None:
        return Identity(address, _kind(message), None, None)
    entry = read_calendar(cast(bytes, calendar.get_payload(decode=True)))
    return Identity(address, _kind(message), entry.uid, entry.sequence)


def read_headline(path: Path) -> Headline:
    """Read the headers of an e-mail alone."""
    with path.open("rb") as file:
        return _headline(path, BytesHeaderParser(policy=policy.default).parse(file))


def read_email(path: Path) -> Email:
    """Read a whole e-mail."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    calendar = next(_parts(message, "text/calendar"), None)
    return Email(
        headline=_headline(path, message),
        headers=tuple((name, str(value)) for name in SHOWN_HEADERS for value in message.get_all(name, [])),
        text=_text(message, "text/plain"),
        html=_text(message, "text/html"),
        calendar=read_calendar(cast(bytes, calendar.get_payload(decode=True))) if calendar else None,
    )


def _headline(path: Path, message: EmailMessage) -> Headline:
    reader, address = parseaddr(str(message["To"]))
    return Headline(
        name=path.stem,
        arrived_at=datetime.fromtimestamp(path.stat().st_mtime, COPENHAGEN),
        kind=_kind(message),
        language=str(message["Content-Language"]),
        reader=reader,
        address=address,
        subject=str(message["Subject"]),
        thread=str(message["In-Reply-To"] or message["Message-ID"]).strip(),
    )


def _kind(message: Message) -> str:
    """Return the third word of its Feedback-ID."""
    return [*str(message["Feedback-ID"]).split(":"), "", "", ""][2]


def _parts(message: EmailMessage, content_type: str) -> Iterator[EmailMessage]:
    return (part for part in message.walk() if part.get_content_type() == content_type)


def _text(message: EmailMessage, content_type: str) -> str:
    return "".join(str(part.get_content()) for part in _parts(message, content_type))
