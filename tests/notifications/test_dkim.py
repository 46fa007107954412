"""Our signatures as an independent program verifies them."""

from datetime import datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.notifications.dkim import Signer
from services.notifications.domain import Kind
from services.notifications.frames import Message
from tests.notifications.samples import KINDS, message, sample

DOMAIN = "mail.netvaerk.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def signed(unsigned: Message) -> bytes:
    signer = Signer(DOMAIN, "mail", pem(KEY))
    return signer.signature(unsigned.signable, datetime.fromisoformat("2026-09-01T08:00:00Z")) + unsigned.octets


def verifies(octets: bytes) -> bool:
    return bool(dkim.verify(octets, dnsfunc=published_key))


def published_key(name: bytes, timeout: float = 5) -> bytes:
    assert name == f"mail._domainkey.{DOMAIN}.".encode()
    public = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_e_mail_verifies(kind: Kind) -> None:
    assert verifies(signed(message(sample(kind, params={"name": "Anna  Sørensen,  \t Køge"}))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Du er indkaldt til Netv=C3=A6rksm=C3=B8de.\r\n", b"Du er ikke indkaldt.\r\n"),
        (b"\r\nSubject: ", b"\r\nSubject: Gratis penge\r\nSubject: "),
        (b"\r\nFrom: ", b"\r\nFrom: chef@bank.example\r\nFrom: "),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"\r\nMIME-Version", b"\r\nIn-Reply-To: <x@y.example>\r\nMIME-Version"),
    ],
    ids=["body", "second subject", "second sender", "no one-click", "another thread"],
)
def test_tampering_is_noticed(old: bytes, new: bytes) -> None:
    octets = signed(message(sample("invitation")))
    assert octets.count(old) == 1

    assert not verifies(octets.replace(old, new))


def test_both_unsubscribe_headers_are_signed() -> None:
    header, _, _ = signed(message(sample("welcome"))).partition(b"\r\nFrom:")

    names = b"".join(header.split()).split(b";h=")[1].split(b";")[0].split(b":")

    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)


@pytest.mark.parametrize(
    "key",
    [
        "no key at all",
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        pem(ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["no key", "too short", "not RSA"],
)
def test_an_unfit_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"RSA|PEM|deserialize"):
        Signer(DOMAIN, "mail", key)
