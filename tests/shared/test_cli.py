"""What the command line of a service says where it cannot begin."""

from pathlib import Path

import pytest

from shared import cli


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DATABASE_URL", "", "field required"),
        ("DATABASE_OWNER_URL", "127.0.0.1:5432/handelsbyer", "must begin with postgresql:// or postgres://"),
        ("AMQP_URL", "127.0.0.1", "must begin with amqp:// or amqps://"),
    ],
)
def test_an_address_that_is_missing_or_none_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match="2"):
        cli.secret(name)

    assert capsys.readouterr().err == f"{name}: {why}; {name}_FILE may name a file that holds it\n"


def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "none"))

    with pytest.raises(SystemExit, match="2"):
        cli.secret("DATABASE_URL")

    assert capsys.readouterr().err == f"{tmp_path / 'none'}: cannot be read (No such file or directory)\n"
