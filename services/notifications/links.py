"""Links that need no sign-in: a signed token is good for one person and one purpose, and names nobody."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from .domain import MUTABLE_TOPICS, Topic

PERSON_OCTETS = 16
SIGNATURE_OCTETS = 20


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where one person mutes one topic."""

    person_id: UUID
    topic: Topic


class Links:
    """Makes the addresses of our pages that mails carry, and reads the tokens in them."""

    def __init__(self, public_url: str, secret: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._secret = secret.encode()

    def unsubscribe_url(self, link: Unsubscribe) -> str:
        """Return the address of the page that mutes a topic; a POST to it mutes at once (RFC 8058)."""
        return f"{self._public_url}/unsubscribe/{self.unsubscribe_token(link)}"

    def unsubscribe_token(self, link: Unsubscribe) -> str:
        """Return the signed token of a link."""
        said = link.person_id.bytes + link.topic.encode()
        return _text(self._signature("unsubscribe", said) + said)

    def read_unsubscribe(self, token: str) -> Unsubscribe | None:
        """Return what a token is good for, or None when it is not one of ours."""
        octets = _octets(token)
        signature, said = octets[:SIGNATURE_OCTETS], octets[SIGNATURE_OCTETS:]
        if not hmac.compare_digest(signature, self._signature("unsubscribe", said)):
            return None
        person, topic = said[:PERSON_OCTETS], said[PERSON_OCTETS:].decode()
        return next((Unsubscribe(UUID(bytes=person), known) for known in MUTABLE_TOPICS if known == topic), None)

    def _signature(self, purpose: str, said: bytes) -> bytes:
        return hmac.digest(self._secret, purpose.encode() + b"\0" + said, hashlib.sha256)[:SIGNATURE_OCTETS]


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
