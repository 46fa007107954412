"""A key that tests sign with, and what an independent program says of a signature."""

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.notifications.writing.dkim import Signer

DOMAIN = "mail.netvaerk.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes | None = None) -> str:
    """Return a private key as it stands in a file, under a password where there is one."""
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


def verifies(octets: bytes) -> bool:
    """Tell whether dkimpy finds the signature of a message good."""
    return bool(dkim.verify(octets, dnsfunc=_published_key))


def _published_key(name: bytes, timeout: float = 5) -> bytes:
    assert name == f"mail._domainkey.{DOMAIN}.".encode()
    return _RECORD


_PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
_RECORD = b"v=DKIM1; k=rsa; p=" + b"".join(_PUBLIC.splitlines()[1:-1])
SIGNER = Signer(DOMAIN, "mail", pem(KEY))
