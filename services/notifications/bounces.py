"""Which e-mail a bounce is about: the address that it returns to names it, under a key that nobody else has. Pure."""

import hashlib
import hmac

SIGNATURE_OCTETS = 12
ID_OCTETS = 8


class BounceTokens:
    """The tokens of return paths (VERP). Letters and figures alone: on its way an address may change its case."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def token(self, email_id: int) -> str:
        """Return the token of an e-mail, the same every time, in 40 characters."""
        said = email_id.to_bytes(ID_OCTETS)
        return (self._signature(said) + said).hex()

    def read(self, token: str) -> int | None:
        """Return which e-mail a token is of, or None where it is not one of ours."""
        try:
            octets = bytes.fromhex(token)
        except ValueError:
            return None
        signature, said = octets[:SIGNATURE_OCTETS], octets[SIGNATURE_OCTETS:]
        return int.from_bytes(said) if hmac.compare_digest(signature, self._signature(said)) else None

    def _signature(self, said: bytes) -> bytes:
        return hmac.digest(self._secret, b"bounce\0" + said, hashlib.sha256)[:SIGNATURE_OCTETS]
