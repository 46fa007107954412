"""A frame is what all readers of one rendering share, in octets; what is one reader's alone is filled in. Pure.

All of it is in the canonical forms of DKIM from the start: nothing is searched, folded or escaped for each reader anew.
"""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from markupsafe import escape

from .. import emails
from ..domain import Email, Letterhead
from ..emails import NETWORK, Content
from . import dkim, mime, quoted_printable
from .placeholders import Link, Placeholder, pieces

# One a topic that a person can mute, whose name is the first label of the List-Id.
LIST_NAMES: Final = {
    "invitations": {"da": "Mødeindkaldelser", "en": "Meeting invitations"},
    "reminders": {"da": "Mødepåmindelser", "en": "Meeting reminders"},
    "minutes": {"da": "Referater", "en": "Minutes"},
    "news": {"da": "Nyheder", "en": "News"},
    "digest": {"da": "Overblik", "en": "Digests"},
}
LINKS = ("answer_url", "subscription_url", "unsubscribe_url", "preferences_url")


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message, but for a signature in front of it."""

    headers: bytes
    signable: dkim.Signable

    @property
    def octets(self) -> bytes:
        """The message as it leaves."""
        return b"%b\r\n%b" % (self.headers, self.signable.body)


@dataclass(frozen=True, slots=True)
class Frame:
    """Headers, those of them that are signed in canonical form, and the body; `%(name)b` is where a value goes.

    `calendar` is what of the shared calendar fills no whole line of base64: the rest follows it for each reader.
    """

    headers: bytes
    signed_names: tuple[str, ...]
    signed_headers: bytes
    body: bytes
    calendar: bytes

    def filled(self, in_headers: Mapping[bytes, bytes], in_body: Mapping[bytes, bytes]) -> Message:
        """Return the message of one reader; values of headers are folded, those of the body encoded."""
        unfolded = {name: value.replace(b"\r\n ", b" ") for name, value in in_headers.items()}
        signable = dkim.Signable(self.signed_names, self.signed_headers % unfolded, self.body % in_body)
        return Message(self.headers % in_headers, signable)


def framed(own: Sequence[str], shared: Sequence[str], body: str, calendar: bytes = b"") -> Frame:
    """Make a frame; nothing is filled in to the shared headers."""
    headers = [header.encode("ascii") for header in [*own, *map(_literal, shared)]]
    names, signed = dkim.signed_headers(headers)
    return Frame(b"".join(header + b"\r\n" for header in headers), names, signed, body.encode("ascii"), calendar)


def shared_by(email: Email, own: Mapping[str, str | None]) -> Hashable:
    """Return what e-mails of one frame have in common; `own` is the name and the links of its reader."""
    return (
        *(email.frame_id, email.kind, email.language, email.topic, email.method, email.sequence is None),
        *(own[link] is None for link in LINKS),
        bool(email.params.get("in_reply_to")),
        tuple(emails.worded(email).items()),
    )


def frame_of(email: Email, letterhead: Letterhead, own: Mapping[str, str | None]) -> Frame:
    """Render an e-mail for all who share its frame."""
    links = {link: Link(link) if own[link] is not None else None for link in LINKS}
    content = emails.compose(email, letterhead, {"name": Placeholder("name"), **links})
    entry = emails.entry(email, letterhead) or b""
    lines = len(entry) - len(entry) % mime.BASE64_OCTETS
    part_headers, body = _body(content, email.method, entry[:lines])
    shared = [*_shared_headers(email, content.subject, letterhead, own), "MIME-Version: 1.0", *part_headers]
    return framed(_own_headers(email, own), shared, body, entry[lines:])


def fill(frame: Frame, email: Email, own: Mapping[str, str | None]) -> Message:
    """Return the message of one reader; the same e-mail gives the same octets at every attempt."""
    name = own["name"] or ""
    in_headers = {
        b"to": mime.mailbox(name, email.address).encode("ascii"),
        b"date": _date(email.date),
        b"message_id": email.message_id.encode("ascii"),
        b"thread": (email.params.get("in_reply_to") or "").encode("ascii"),
        b"unsubscribe_url": (own["unsubscribe_url"] or "").encode("ascii"),
    }
    in_body = {b"calendar": mime.base64_lines(frame.calendar + emails.rest_of_entry(email, name))}
    for key, value in own.items():
        if value is not None:
            in_body[b"text." + key.encode()], in_body[b"html." + key.encode()] = _in_text_and_html(value)
    return frame.filled(in_headers, in_body)


@lru_cache  # most e-mails of a frame are queued at the same moment
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode("ascii")


def _own_headers(email: Email, own: Mapping[str, str | None]) -> list[str]:
    thread = ["In-Reply-To: %(thread)b", "References: %(thread)b"] if email.params.get("in_reply_to") else []
    unsubscribe = ["List-Unsubscribe: <%(unsubscribe_url)b>"] if own["unsubscribe_url"] else []
    return ["To: %(to)b", "Date: %(date)b", "Message-ID: %(message_id)b", *thread, *unsubscribe]


def _shared_headers(email: Email, subject: str, letterhead: Letterhead, own: Mapping[str, str | None]) -> list[str]:
    if pieces(subject)[1]:
        raise ValueError("a subject is the same for all readers of a frame")
    list_name = mime.phrase(LIST_NAMES[email.mutes][email.language])
    on_a_list = [
        f"List-Id: {list_name}<{email.mutes}.{letterhead.mail_domain}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]
    return [
        f"From: {mime.mailbox(NETWORK, letterhead.address)}",
        f"Reply-To: {letterhead.reply_to}",
        f"Subject: {mime.unstructured(subject)}",
        *(on_a_list if own["unsubscribe_url"] else []),
        "Auto-Submitted: auto-generated",
        # Not "All": that would suppress the reports of failed delivery too.
        "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN",
        f"Feedback-ID: {email.frame_id}:{email.topic}:{email.kind}:handelsbyer",
        f"Content-Language: {email.language}",
    ]


def _body(content: Content, method: str | None, calendar: bytes) -> mime.Part:
    """Text first, then HTML, then the calendar (RFC 6047); and once more as a file, for who looks there only."""
    bodies = [_words("plain", "text", content.text), _words("html", "html", content.html)]
    boundary = f"=_{hashlib.sha256(repr(bodies).encode()).hexdigest()[:16]}"
    if not calendar:
        return mime.multipart("alternative", boundary, bodies)
    inline = [f"Content-Type: text/calendar; charset=utf-8; method={method}"]
    attached = [
        'Content-Type: application/ics; name="invite.ics"',
        'Content-Disposition: attachment; filename="invite.ics"',
    ]
    alternative = mime.multipart("alternative", f"{boundary}=inner", [*bodies, _calendar(inline, calendar)])
    return mime.multipart("mixed", f"{boundary}=outer", [alternative, _calendar(attached, calendar)])


def _words(subtype: str, form: str, rendering: str) -> mime.Part:
    """Each value stands on lines of its own, so that none can change how the others are broken."""
    around, names = pieces(rendering)
    first, *others = [_literal(quoted_printable.encoded(piece)) for piece in around]
    filled = [f"=\r\n%({form}.{name})b=\r\n{piece}" for name, piece in zip(names, others, strict=True)]
    headers = [f"Content-Type: text/{subtype}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"]
    return headers, "".join([first, *filled])


def _calendar(headers: Sequence[str], octets: bytes) -> mime.Part:
    lines = mime.base64_lines(octets).decode()
    return [*headers, "Content-Transfer-Encoding: base64"], f"{lines}\r\n%(calendar)b"


def _in_text_and_html(value: str) -> tuple[bytes, bytes]:
    escaped = str(escape(value))
    in_text = quoted_printable.encoded(value).encode("ascii")
    return in_text, in_text if escaped == value else quoted_printable.encoded(escaped).encode("ascii")


def _literal(text: str) -> str:
    return text.replace("%", "%%")
