"""What an e-mail says: the facts of its frame and its person, as subject, text, HTML and calendar. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from . import calendar
from .domain import Email, Letterhead
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
    web_address,
)

NETWORK = "Danske Handelsbyer"

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
    "web_address": web_address,
}


@dataclass(frozen=True, slots=True)
class Content:
    """An e-mail in words; both bodies and the calendar state the same facts."""

    subject: str
    text: str
    html: str
    calendar: bytes | None


def compose(
    email: Email,
    letterhead: Letterhead,
    *,
    unsubscribe_url: str | None,
    answer_url: str | None,
    subscription_url: str | None,
) -> Content:
    """Write an e-mail in its reader's language; the first line of its text template is its subject."""
    meeting = _meeting(email)
    words = {
        "network": NETWORK,
        "language": email.language,
        "letterhead": letterhead,
        "unsubscribe_url": unsubscribe_url,
        "unsubscribed": email.mutes,
        "answer_url": answer_url,
        "subscription_url": subscription_url,
        "meeting": meeting,
        "facts": _in_lines(email.facts),
        "params": _in_lines(email.params),
    }
    subject, _, text = _rendered(email, "txt", words).partition("\n")
    html = _rendered(email, "html", {**words, "subject": subject})
    return Content(subject, text.strip() + "\n", html, _calendar(email, letterhead, meeting))


def _meeting(email: Email) -> MeetingInWords | None:
    if "starts_at" not in email.facts:
        return None
    return meeting_in_words(email.facts, email.facts.get("before", email.facts), email.language)


def _calendar(email: Email, letterhead: Letterhead, meeting: MeetingInWords | None) -> bytes | None:
    if meeting is None or email.method is None or email.sequence is None:
        return None
    reason = [one_line(email.facts["reason"])] if email.facts.get("reason") else []
    return calendar.invitation(
        method=email.method,
        uid=email.facts["uid"],
        sequence=email.sequence,
        dtstamp=moment(email.params["dtstamp"]),
        last_modified=moment(email.params["last_modified"]),
        starts_at=moment(email.facts["starts_at"]),
        ends_at=moment(email.facts["ends_at"]),
        title=meeting.title,
        location=meeting.location,
        description="\n".join([*reason, *(f"{row.label}: {row.now}" for row in meeting.rows)]),
        organizer=(NETWORK, letterhead.address),
        attendee=(one_line(email.params["name"]), email.address),
        partstat=email.params.get("partstat", "NEEDS-ACTION"),
    )


def _rendered(email: Email, form: str, words: Mapping[str, Any]) -> str:
    return templates.get_template(f"{email.kind}/{email.language}.{form}").render(words)


def _in_lines(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one_line(value) if isinstance(value, str) else value for key, value in values.items()}
