"""What notifications asks of its environment, and how it says what is missing."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.notifications.settings import Settings

GOOD = {
    "DATABASE_URL": "postgresql://notifications_runtime:p@127.0.0.1/handelsbyer",
    "AMQP_URL": "amqp://notifications:p@127.0.0.1/",
    "OPERATOR_TOKEN": "a token of an operator",
    "SMTP_URL": "smtp+starttls://user:password@mail.example",
    "LINK_SECRET": "a secret of thirty-two characters",
    "ANSWER_SECRET": "another secret of thirty-two characters",
    "MEETINGS_URL": "https://handelsbyer.example/meetings",
    "PUBLIC_URL": "https://post.netvaerk.example/mail",
    "MAIL_DOMAIN": "mail.netvaerk.example",
    "MAIL_FROM": "moede@mail.netvaerk.example",
    "REPLY_TO": "sekretariat@netvaerk.example",
    "JOURNAL_DIR": "/var/lib/notifications",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_a_sender_has_a_name_and_signs_nothing_without_a_key() -> None:
    settings = Settings.read()

    assert settings.sender
    assert settings.dkim_key is None


def test_the_key_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "dkim.pem").write_bytes(pem)
    monkeypatch.setenv("DKIM_KEY_FILE", str(tmp_path / "dkim.pem"))

    settings = Settings.read()

    assert settings.dkim_key is not None
    assert settings.dkim_key.get_secret_value().encode() == pem.strip()
    assert "PRIVATE" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "127.0.0.1:5432/handelsbyer"),
        ("AMQP_URL", "http://127.0.0.1/"),
        ("SMTP_URL", "mail.example:25"),
        ("LINK_SECRET", "short"),
        ("ANSWER_SECRET", "short"),
        ("MEETINGS_URL", "post.netvaerk.example/meetings"),
        ("PUBLIC_URL", "post.netvaerk.example"),
        ("MAIL_DOMAIN", "netvaerk"),
        ("MAIL_FROM", "Mødet <moede@mail.netvaerk.example>"),
        ("DKIM_KEY", "no key"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit):
        Settings.read()

    assert capsys.readouterr().err.startswith(f"{name}: ")
