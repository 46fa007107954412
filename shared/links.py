"""Links that need no sign-in: a signed token is good for one purpose, and names nobody to whoever reads it."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

SIGNATURE_OCTETS = 20
ID_OCTETS = 16


class Tokens:
    """Signs what links say, and reads it back; whoever has the secret can do both."""

    def __init__(self, purpose: str, secret: str, signature_octets: int = SIGNATURE_OCTETS) -> None:
        self._begun = hmac.new(secret.encode(), purpose.encode() + b"\0", hashlib.sha256)
        self._signature_octets = signature_octets

    def token(self, said: bytes) -> str:
        """Return what is said with its signature, the same every time, in letters for an address."""
        return base64.urlsafe_b64encode(self._signature(said) + said).rstrip(b"=").decode()

    def read(self, token: str) -> bytes | None:
        """Return what a token says, or None where it is not one of ours."""
        octets = _octets(token)
        signature, said = octets[: self._signature_octets], octets[self._signature_octets :]
        return said if hmac.compare_digest(signature, self._signature(said)) else None

    def _signature(self, said: bytes) -> bytes:
        signing = self._begun.copy()
        signing.update(said)
        return signing.digest()[: self._signature_octets]


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """Where one person answers to one meeting."""

    meeting_id: UUID
    person_id: UUID


class AnswerLinks:
    """The tokens of answer pages: e-mails carry them, and the page reads them."""

    def __init__(self, secret: str) -> None:
        self._tokens = Tokens("answer", secret)

    def token(self, link: AnswerLink) -> str:
        """Return the signed token of a link."""
        return self._tokens.token(link.meeting_id.bytes + link.person_id.bytes)

    def read(self, token: str) -> AnswerLink | None:
        """Return what a token is good for, or None where it is not one of ours."""
        said = self._tokens.read(token)
        if said is None or len(said) != 2 * ID_OCTETS:
            return None
        return AnswerLink(UUID(bytes=said[:ID_OCTETS]), UUID(bytes=said[ID_OCTETS:]))


class SubscriptionLinks:
    """The tokens of subscription pages, one a person: every e-mail carries its reader's, and the page reads it."""

    def __init__(self, secret: str) -> None:
        self._tokens = Tokens("subscription", secret)

    def token(self, person_id: UUID) -> str:
        """Return the signed token of a person's page."""
        return self._tokens.token(person_id.bytes)

    def read(self, token: str) -> UUID | None:
        """Return whose page a token is good for, or None where it is not one of ours."""
        said = self._tokens.read(token)
        return UUID(bytes=said) if said is not None and len(said) == ID_OCTETS else None


def _octets(token: str) -> bytes:
    try:
        return base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
