"""The pieces of a message as text: 7-bit, CRLF, headers that the standard library's writer would break.

RFC 5322, 2045, 2047.
"""

import base64
from collections.abc import Sequence
from string import ascii_letters, digits

from .quoted_printable import Escapes

# What fits on a line of 76 together with the longest name of a header that holds words, and the marks around them.
PLAIN_CHARACTERS = 66
ENCODED_CHARACTERS = 54
# Octets that make up one line of 76 in base64.
BASE64_OCTETS = 57

_ESCAPES = Escapes({" ": "_", **{character: character for character in ascii_letters + digits}})

Part = tuple[list[str], str]


def multipart(subtype: str, boundary: str, parts: Sequence[Part]) -> Part:
    """Return parts, each with its headers, as one."""
    written = [f"--{boundary}\r\n" + lines(headers) + "\r\n" + body + "\r\n" for headers, body in parts]
    return [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], "".join([*written, f"--{boundary}--\r\n"])


def lines(headers: Sequence[str]) -> str:
    """Return headers as they stand in a message."""
    return "".join(f"{header}\r\n" for header in headers)


def base64_lines(octets: bytes) -> bytes:
    """Return octets in lines of 76; the last ends in no CRLF."""
    return base64.encodebytes(octets)[:-1].replace(b"\n", b"\r\n")


def mailbox(name: str, address: str) -> str:
    """Return a name and an address; raise ValueError for an address that no header can hold."""
    if set(address) & set("\r\n\0<> \t") or not address.isascii():
        raise ValueError("an address that no header can hold")
    return f"{phrase(name)}<{address}>"


def phrase(words: str) -> str:
    """Return a display name, if any, and what divides it from the address after it."""
    if not words:
        return ""
    if _is_plain(words):
        return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '" '
    return _encoded(words) + "\r\n "


def unstructured(words: str) -> str:
    """Return the value of a header that is words only."""
    return words if _is_plain(words) else _encoded(words)


def _is_plain(words: str) -> bool:
    """Short ASCII that no reader takes for an encoded word."""
    return words.isascii() and len(words) <= PLAIN_CHARACTERS and "=?" not in words


def _encoded(words: str) -> str:
    """Return encoded words of whole characters, one a line (RFC 2047)."""
    in_one = words.translate(_ESCAPES)
    if len(in_one) <= ENCODED_CHARACTERS:
        return f"=?utf-8?q?{in_one}?="
    written = [""]
    for character in words:
        quoted = _ESCAPES[ord(character)]
        if len(written[-1]) + len(quoted) > ENCODED_CHARACTERS:
            written.append("")
        written[-1] += quoted
    return "\r\n ".join(f"=?utf-8?q?{line}?=" for line in written)
