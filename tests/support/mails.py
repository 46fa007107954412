"""What lies in the mail folder of a stack, and what a reader's calendar program makes of it."""

import email
import email.policy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import NamedTuple

from icalendar import Calendar


class Entry(NamedTuple):
    """What a calendar holds of one meeting."""

    starts_at: date
    ends_at: date
    location: str


@dataclass(frozen=True)
class Mail:
    """One accepted mail, as far as tests look at it; without a calendar part `method` is None."""

    address: str
    message_id: str
    subject: str
    text: str
    method: str | None
    uid: str | None
    sequence: int
    dtstamp: datetime | None
    entry: Entry | None
    calendar: str

    @property
    def revision(self) -> tuple[int, datetime]:
        """What of a meeting's mails is newer, as calendar programs order them."""
        return self.sequence, self.dtstamp or datetime.min.replace(tzinfo=UTC)


def mails_in(folder: Path) -> list[Mail]:
    """Read every mail of a folder, in the order in which they came."""
    return [_read(path) for path in sorted(folder.glob("*.eml"))]


def calendars(mails: Iterable[Mail]) -> dict[str, dict[str, Entry]]:
    """Return what each reader's calendar holds in the end, by address and UID, if it goes by SEQUENCE and DTSTAMP."""
    newest: dict[tuple[str, str], Mail] = {}
    for mail in mails:
        if mail.uid is None:
            continue
        known = newest.get((mail.address, mail.uid))
        if known is None or mail.revision >= known.revision:
            newest[mail.address, mail.uid] = mail
    found: dict[str, dict[str, Entry]] = {}
    for (address, uid), mail in newest.items():
        held = found.setdefault(address, {})
        if mail.method == "REQUEST" and mail.entry:
            held[uid] = mail.entry
    return found


@cache
def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    part = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    address = message["To"].addresses[0].addr_spec
    plain = message.get_body(("plain",))
    common = {
        "address": address,
        "message_id": str(message["Message-ID"]),
        "subject": str(message["Subject"]),
        "text": plain.get_content() if plain else "",
    }
    if part is None:
        return Mail(**common, method=None, uid=None, sequence=0, dtstamp=None, entry=None, calendar="")
    text = part.get_content()
    calendar = Calendar.from_ical(text)
    (event,) = calendar.events
    assert part.get_param("method") == calendar.method
    return Mail(
        **common,
        method=calendar.method,
        uid=event.uid,
        sequence=event.sequence,
        dtstamp=event.DTSTAMP,
        entry=Entry(event.start, event.end, event.location or ""),
        calendar=text,
    )
