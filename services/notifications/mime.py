"""An e-mail as bytes: 7-bit, CRLF, headers that the standard library's writer would break (RFC 5322, 2045, 2047)."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Final

from .domain import Email, Letterhead
from .emails import NETWORK, Content
from .wording import one_line

# What fits on a line of 76 together with the longest name of a header that holds words, and the marks around them.
PLAIN_CHARACTERS = 66
ENCODED_CHARACTERS = 54
# One a topic that a person can mute, whose name is the first label of the List-Id.
LIST_NAMES: Final = {
    "invitations": {"da": "Mødeindkaldelser", "en": "Meeting invitations"},
    "reminders": {"da": "Mødepåmindelser", "en": "Meeting reminders"},
}

Part = tuple[list[str], bytes]


def message(email: Email, content: Content, letterhead: Letterhead, unsubscribe_url: str | None) -> bytes:
    """Return the whole message; the same e-mail gives the same bytes at every attempt."""
    headers = _headers(email, content.subject, letterhead, unsubscribe_url)
    part_headers, body = _body(content, email.method, _boundary(email.message_id))
    return _lines([*headers, "MIME-Version: 1.0", *part_headers]) + b"\r\n" + body


def _headers(email: Email, subject: str, letterhead: Letterhead, unsubscribe_url: str | None) -> list[str]:
    thread = email.params.get("in_reply_to")
    return [
        f"From: {_mailbox(NETWORK, letterhead.address)}",
        f"To: {_mailbox(one_line(email.params['name']), email.address)}",
        f"Reply-To: {letterhead.reply_to}",
        f"Subject: {_unstructured(subject)}",
        f"Date: {format_datetime(email.date)}",
        f"Message-ID: {email.message_id}",
        *([f"In-Reply-To: {thread}", f"References: {thread}"] if thread else []),
        *(_list_headers(email, letterhead, unsubscribe_url) if unsubscribe_url else []),
        "Auto-Submitted: auto-generated",
        # Not "All": that would suppress the reports of failed delivery too.
        "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN",
        f"Feedback-ID: {email.frame_id}:{email.topic}:{email.kind}:handelsbyer",
        f"Content-Language: {email.language}",
    ]


def _list_headers(email: Email, letterhead: Letterhead, unsubscribe_url: str) -> list[str]:
    return [
        f"List-Id: {_phrase(LIST_NAMES[email.mutes][email.language])}<{email.mutes}.{letterhead.mail_domain}>",
        f"List-Unsubscribe: <{unsubscribe_url}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]


def _body(content: Content, method: str | None, boundary: str) -> Part:
    """Text first, then HTML, then the calendar (RFC 6047); and once more as a file, for who looks there only."""
    bodies = [_words("plain", content.text), _words("html", content.html)]
    if content.calendar is None or method is None:
        return _multipart("alternative", boundary, bodies)
    inline = [f"Content-Type: text/calendar; charset=utf-8; method={method}"]
    attached = [
        'Content-Type: application/ics; name="invite.ics"',
        'Content-Disposition: attachment; filename="invite.ics"',
    ]
    alternative = _multipart("alternative", f"{boundary}=alternative", [*bodies, _base64(inline, content.calendar)])
    return _multipart("mixed", f"{boundary}=mixed", [alternative, _base64(attached, content.calendar)])


def _words(subtype: str, text: str) -> Part:
    octets = text.replace("\n", "\r\n").encode()
    headers = [f"Content-Type: text/{subtype}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"]
    return headers, binascii.b2a_qp(octets, istext=True)


def _base64(headers: Sequence[str], octets: bytes) -> Part:
    return [*headers, "Content-Transfer-Encoding: base64"], base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _multipart(subtype: str, boundary: str, parts: Sequence[Part]) -> Part:
    edge = f"--{boundary}".encode()
    written = [edge + b"\r\n" + _lines(headers) + b"\r\n" + body + b"\r\n" for headers, body in parts]
    return [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], b"".join([*written, edge, b"--\r\n"])


def _boundary(message_id: str) -> str:
    """Holds `=_`, which neither quoted-printable nor base64 can produce."""
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def _mailbox(name: str, address: str) -> str:
    if set(address) & set("\r\n\0<> \t") or not address.isascii():
        raise ValueError("an address that no header can hold")
    return f"{_phrase(name)}<{address}>"


def _phrase(words: str) -> str:
    """Return a display name, if any, and what divides it from the address after it."""
    if not words:
        return ""
    if _is_plain(words):
        return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '" '
    return _encoded(words) + "\r\n "


def _unstructured(words: str) -> str:
    return words if _is_plain(words) else _encoded(words)


def _is_plain(words: str) -> bool:
    """Short ASCII that no reader takes for an encoded word."""
    return words.isascii() and len(words) <= PLAIN_CHARACTERS and "=?" not in words


def _encoded(words: str) -> str:
    """Return encoded words of whole characters, one a line (RFC 2047)."""
    lines = [""]
    for character in words:
        written = _quoted(character)
        if len(lines[-1]) + len(written) > ENCODED_CHARACTERS:
            lines.append("")
        lines[-1] += written
    return "\r\n ".join(f"=?utf-8?q?{line}?=" for line in lines)


def _quoted(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    return "_" if character == " " else "".join(f"={octet:02X}" for octet in character.encode())


def _lines(headers: Sequence[str]) -> bytes:
    return b"".join(line.encode("ascii") + b"\r\n" for line in headers)
