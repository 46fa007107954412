"""The bare signatures: RSA-2048 over as much as DKIM signs of an e-mail once the body is hashed."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .peer import Asked, asked

HEADERS = b"h" * 1_500


def main(asked: Asked) -> None:
    """Sign again and again."""
    key = load_pem_private_key(Path(asked.key).read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("no RSA key")
    with asked.answered():
        for _ in range(asked.mails):
            key.sign(HEADERS, padding.PKCS1v15(), hashes.SHA256())


if __name__ == "__main__":
    main(asked())
