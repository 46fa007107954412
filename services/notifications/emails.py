"""What an e-mail says: the facts of its frame and its person, as subject, text, HTML and calendar. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from . import calendar
from .domain import Email, Letterhead
from .topics import TOPIC_NAMES
from .wording import (
    MeetingInWords,
    day_in_words,
    duration,
    figure,
    meeting_in_words,
    moment,
    moment_in_words,
    one_line,
    span_in_words,
    unbroken_times,
    web_address,
)
from .writing.placeholders import Placeholder

NETWORK = "Danske Handelsbyer"
# The params that are filled in for each reader: a name where the words say so, the others in headers and the calendar.
FILLED_IN = frozenset({"name", "in_reply_to", "dtstamp", "last_modified", "partstat"})

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {
    "moment": moment_in_words,
    "day": day_in_words,
    "span": span_in_words,
    "duration": duration,
    "figure": figure,
    "one_line": one_line,
    "unbroken_times": unbroken_times,
    "web_address": web_address,
}


@dataclass(frozen=True, slots=True)
class Content:
    """An e-mail in words; both bodies state the same facts."""

    subject: str
    text: str
    html: str


def compose(email: Email, letterhead: Letterhead, own: Mapping[str, str | Placeholder | None]) -> Content:
    """Write an e-mail in its reader's language; the first line of its text template is its subject.

    `own` is the name and the links of its reader, or what stands for them; None where a reader has no such link.
    """
    words: dict[str, Any] = {
        "network": NETWORK,
        "language": email.language,
        "letterhead": letterhead,
        "unsubscribed": TOPIC_NAMES[email.language][email.mutes],
        "meeting": _meeting(email),
        "facts": _in_lines(email.facts),
        "params": {**_in_lines(worded(email)), "name": own["name"]},
        **own,
    }
    subject, _, text = _rendered(email, "txt", words).partition("\n")
    html = _rendered(email, "html", {**words, "subject": subject})
    return Content(subject, text.strip() + "\n", html)


def worded(email: Email) -> dict[str, Any]:
    """Return the params that words may depend on; they are part of what a frame is."""
    return {key: value for key, value in email.params.items() if key not in FILLED_IN}


def entry(email: Email, letterhead: Letterhead) -> bytes | None:
    """Return the calendar part up to what is its reader's alone, or None where an e-mail has none."""
    meeting = _meeting(email)
    if meeting is None or email.method is None:
        return None
    reason = [one_line(email.facts["reason"])] if email.facts.get("reason") else []
    return calendar.shared(
        method=email.method,
        uid=email.facts["uid"],
        starts_at=moment(email.facts["starts_at"]),
        ends_at=moment(email.facts["ends_at"]),
        title=meeting.title,
        location=meeting.location,
        description="\n".join([*reason, *(f"{row.label}: {row.now}" for row in meeting.rows)]),
        organizer=(NETWORK, letterhead.address),
    )


def rest_of_entry(email: Email, name: str) -> bytes:
    """Return what of the calendar part is its reader's alone; of an e-mail that has none, nothing."""
    if email.method is None or email.sequence is None:
        return b""
    return calendar.personal(
        method=email.method,
        sequence=email.sequence,
        dtstamp=email.params["dtstamp"],
        last_modified=email.params["last_modified"],
        attendee=(name, email.address),
        partstat=email.params.get("partstat", "NEEDS-ACTION"),
    )


def _meeting(email: Email) -> MeetingInWords | None:
    if "starts_at" not in email.facts:
        return None
    return meeting_in_words(email.facts, email.facts.get("before", email.facts), email.language)


def _rendered(email: Email, form: str, words: Mapping[str, Any]) -> str:
    return templates.get_template(f"{email.kind}/{email.language}.{form}").render(words)


def _in_lines(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(value) if isinstance(value, str) else value for key, value in values.items()}
