"""DKIM signatures (RFC 6376): rsa-sha256, relaxed/relaxed, which break when a header is changed or added."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

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
_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


@dataclass(frozen=True, slots=True)
class Signable:
    """A message as it is signed: the names of its signed headers, and those headers and the body in relaxed form."""

    names: tuple[str, ...]
    headers: bytes
    body: bytes


class Signer:
    """Signs for one domain with one key."""

    def __init__(self, domain: str, selector: str, key: str) -> None:
        """Raise ValueError for anything but an RSA private key in PEM of at least 2048 bits."""
        try:
            loaded = load_pem_private_key(key.encode(), password=None)
        except TypeError:
            raise ValueError("is an RSA key under a password, and must be without") from None
        if not isinstance(loaded, rsa.RSAPrivateKey) or loaded.key_size < LEAST_BITS:
            raise ValueError(f"is no RSA key of at least {LEAST_BITS} bits")
        self._key = loaded
        self._domain = domain
        self._selector = selector

    @property
    def public_key(self) -> str:
        """What DNS publishes under the selector as `p`."""
        octets = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(octets).decode()

    def signature(self, message: Signable, at: datetime) -> bytes:
        """Return the header to put in front of the message."""
        digest = base64.b64encode(hashlib.sha256(message.body).digest())
        written, relaxed = _tags(self._domain, self._selector, message.names)
        tags = int(at.timestamp()), digest
        signature = self._key.sign(message.headers + relaxed % tags, _PADDING, _HASH)
        return written % tags + _in_lines(base64.b64encode(signature)) + b"\r\n"


def signed_headers(headers: Sequence[bytes]) -> tuple[tuple[str, ...], bytes]:
    """Return the names of those headers that are signed, and their relaxed form; no name may come twice."""
    by_name = {relaxed.partition(b":")[0].decode(): relaxed for relaxed in map(_relaxed, headers)}
    names = tuple(name for name in SIGNED if name in by_name)
    return names, b"".join(by_name[name] + b"\r\n" for name in names)


@lru_cache
def _tags(domain: str, selector: str, names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return the signature's own header up to the signature, as written and relaxed; time and digest are to fill in."""
    lines = [
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector};",
        " t=%d;",
        # Each name a second time: a header that somebody adds then breaks the signature.
        f" h={_listed([*names, *SIGNED])};",
        " bh=%b;",
        " b=",
    ]
    written = "\r\n".join(lines).encode()
    return written, _relaxed(written)


def _relaxed(header: bytes) -> bytes:
    name, _, value = _FOLDS.sub(b"", header).partition(b":")
    return name.strip().lower() + b":" + _BLANKS.sub(b" ", value).strip()


def _listed(names: Sequence[str]) -> str:
    """Return the names with colons, four a line."""
    rows = [":".join(names[start : start + 4]) for start in range(0, len(names), 4)]
    return ":\r\n  ".join(rows)


def _in_lines(signature: bytes) -> bytes:
    return b"\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
