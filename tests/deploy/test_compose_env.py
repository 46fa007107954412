"""`make env`: settings and secrets are made once and kept, and what is wrong is named."""

from pathlib import Path

import pytest

from deploy.compose import settings
from deploy.compose.secret_files import ROLES, digest, write_demo, write_secrets
from deploy.postgres import roles

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SMTP_URL = "smtps://somebody:secret@mail.example"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != "90-credentials.json"}


def test_the_example_is_right_as_it_is(tmp_path: Path) -> None:
    env = tmp_path / ".env"

    settings.complete(env, EXAMPLE)

    assert env.stat().st_mode & 0o777 == 0o600
    assert list(settings.faults(settings.read(env))) == []


def test_what_the_operator_wrote_stays_and_what_is_new_is_added_with_its_explanation(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("PUBLIC_HOST=netvaerk.example\nOWN=1")

    settings.complete(env, EXAMPLE)

    assert env.read_text().startswith("PUBLIC_HOST=netvaerk.example\nOWN=1\n# Compose files in use")
    assert set(settings.read(env)) == {*settings.read(EXAMPLE), "OWN"}
    assert env.read_text().count("PUBLIC_HOST=") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAIL_FROM", "nobody"), ("PUBLIC_HOST", ""), ("OPERATORS_PORT", "http"), ("SMTP_URL", "mail.example")],
)
def test_a_variable_that_is_wrong_is_named_and_its_value_is_not_shown(name: str, value: str) -> None:
    (fault,) = settings.faults({**settings.read(EXAMPLE), name: value})

    assert fault.startswith(f"{name}: ")
    assert not value or value not in fault.replace(settings.FORMS[name], "")


def test_a_variable_that_is_missing_is_named() -> None:
    told = settings.read(EXAMPLE)
    del told["REPLY_TO"]

    (fault,) = settings.faults(told)

    assert fault.startswith("REPLY_TO: is missing")


def test_secrets_are_made_once_and_only_their_owner_may_look(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    write_secrets(folder, SMTP_URL)
    first = contents(folder)

    write_secrets(folder, SMTP_URL)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert contents(folder) == first


def test_no_two_installations_share_a_secret(tmp_path: Path) -> None:
    for name in ("here", "there"):
        write_secrets(tmp_path / name, SMTP_URL)

    here, there = contents(tmp_path / "here"), contents(tmp_path / "there")

    assert {name for name in here if here[name] == there[name]} == {"smtp_url"}


def test_containers_are_made_anew_where_a_secret_changes_and_only_then(tmp_path: Path) -> None:
    def configuration(smtp_url: str) -> str:
        write_secrets(tmp_path / "secrets", smtp_url)
        return digest(tmp_path / "secrets", [EXAMPLE])

    before = configuration(SMTP_URL)
    write_demo(tmp_path / "secrets", "password")

    assert configuration(SMTP_URL) == before
    assert configuration("smtp://mail.example") != before


def test_every_role_of_the_database_has_a_password() -> None:
    assert set(ROLES) == set(roles.ROLES)
