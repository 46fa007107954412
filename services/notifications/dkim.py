"""DKIM signatures (RFC 6376): rsa-sha256, relaxed/relaxed, which break when a header is changed or added."""

import base64
import hashlib
import re
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LEAST_BITS = 2048
SIGNED = (
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
    "feedback-id",
    "content-language",
    "mime-version",
    "content-type",
)
_BLANKS = re.compile(rb"[ \t]+")
_FOLDS = re.compile(rb"\r\n(?=[ \t])")
_TRAILING = re.compile(rb"[ \t]+(?=\r\n)")


class Signer:
    """Signs for one domain with one key."""

    def __init__(self, domain: str, selector: str, key: str) -> None:
        """Raise ValueError for anything but an RSA private key in PEM of at least 2048 bits."""
        loaded = load_pem_private_key(key.encode(), password=None)
        if not isinstance(loaded, rsa.RSAPrivateKey) or loaded.key_size < LEAST_BITS:
            raise ValueError(f"is no RSA key of at least {LEAST_BITS} bits")
        self._key = loaded
        self._domain = domain
        self._selector = selector

    def sign(self, message: bytes, at: datetime) -> bytes:
        """Return the message with its signature in front; lines must end in CRLF."""
        head, _, body = message.partition(b"\r\n\r\n")
        headers = _headers(head)
        # Each name a second time: a header that somebody adds then breaks the signature.
        names = [name for name in SIGNED if name in headers] + list(SIGNED)
        unsigned = self._unsigned(names, body, at)
        canonical = b"".join(headers[name] + b"\r\n" for name in SIGNED if name in headers) + _relaxed(unsigned)
        signature = base64.b64encode(self._key.sign(canonical, padding.PKCS1v15(), hashes.SHA256()))
        return unsigned + _in_lines(signature) + b"\r\n" + message

    def _unsigned(self, names: list[str], body: bytes, at: datetime) -> bytes:
        tags = [
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={self._domain}; s={self._selector};",
            f" t={int(at.timestamp())};",
            f" h={_listed(names)};",
            f" bh={base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()};",
            " b=",
        ]
        return "\r\n".join(tags).encode()


def _headers(head: bytes) -> dict[str, bytes]:
    """Return the canonical form of each header by its name; no name comes twice in what we write."""
    lines = _FOLDS.sub(b"", head).split(b"\r\n")
    return {line.partition(b":")[0].decode().lower(): _relaxed(line) for line in lines}


def _relaxed(header: bytes) -> bytes:
    name, _, value = _FOLDS.sub(b"", header).partition(b":")
    return name.strip().lower() + b":" + _BLANKS.sub(b" ", value).strip()


def _relaxed_body(body: bytes) -> bytes:
    lines = _TRAILING.sub(b"", _BLANKS.sub(b" ", body)).rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def _listed(names: list[str]) -> str:
    """Return the names with colons, four a line."""
    rows = [":".join(names[start : start + 4]) for start in range(0, len(names), 4)]
    return ":\r\n  ".join(rows)


def _in_lines(signature: bytes) -> bytes:
    return b"\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
