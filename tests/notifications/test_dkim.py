"""Our signatures as an independent program verifies them."""

from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.notifications.domain import Email, Kind, Language
from services.notifications.writing.dkim import Signer
from tests.notifications.keys import DOMAIN, KEY, SIGNER, pem, verifies
from tests.notifications.samples import KINDS, LANGUAGES, SYSTEM_KINDS, message, sample

every_kind = pytest.mark.parametrize("kind", KINDS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def signed(email: Email, signer: Signer = SIGNER) -> bytes:
    unsigned = message(email)
    return signer.signature(unsigned.signable, datetime.fromisoformat("2026-09-01T08:00:00Z")) + unsigned.octets


@every_kind
@every_language
def test_a_signed_e_mail_verifies_and_any_tampering_is_noticed(kind: Kind, language: Language) -> None:
    octets = signed(sample(kind, language, params={"name": "Anna  Sørensen,  \t Køge"}))
    greeting = {"da": b"K=C3=A6re", "en": b"Dear"}[language]
    tampered = [
        octets.replace(greeting if greeting in octets else b"Til dig" if language == "da" else b"To you", b"Hej", 1),
        octets.replace(b"\r\nSubject: ", b"\r\nSubject: Gratis penge\r\nSubject: ", 1),
        octets.replace(b"\r\nFrom: ", b"\r\nFrom: chef@bank.example\r\nFrom: ", 1),
        octets.replace(b"\r\nMIME-Version", b"\r\nReferences: <x@y.example>\r\nMIME-Version", 1),
    ]
    if kind not in SYSTEM_KINDS:
        tampered.append(octets.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"", 1))

    assert verifies(octets)
    assert octets not in tampered
    assert [verifies(changed) for changed in tampered] == [False] * len(tampered)


def test_a_key_is_known_by_its_selector() -> None:
    octets = signed(sample("welcome"), Signer(DOMAIN, "mail2027", pem(rsa.generate_private_key(65537, 2048))))

    assert b"; s=mail2027;" in octets.partition(b"\r\nTo:")[0]


def test_both_unsubscribe_headers_are_signed() -> None:
    header, _, _ = signed(sample("welcome")).partition(b"\r\nTo:")

    names = b"".join(header.split()).split(b";h=")[1].split(b";")[0].split(b":")

    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)


@pytest.mark.parametrize(
    "key",
    [
        "no key at all",
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(KEY, b"a password"),
    ],
    ids=["no key", "too short", "not RSA", "under a password"],
)
def test_an_unfit_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"RSA|PEM|deserialize"):
        Signer(DOMAIN, "mail", key)
