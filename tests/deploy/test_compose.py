"""What the compose file says of every container; read as text, so that it takes no engine."""

import re
from pathlib import Path

import pytest

from deploy.compose.settings import FORMS, read
from deploy.rabbitmq.credentials import COMMITTED

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
ALL_FILES = [COMPOSE, *(path.read_text() for path in (ROOT / "deploy" / "compose").glob("*.yml"))]
EXAMPLE = ROOT / ".env.example"

ANCHOR = re.compile(r"^x-\w+: &(\w+)\n((?:  .*\n)+)", re.MULTILINE)
MERGED = re.compile(r"<<: (?:\*(\w+)|\[(.+)\])")
CONTAINER = re.compile(r"^  ([a-z-]+):\n((?:    .*\n|\n)+)", re.MULTILINE)
VARIABLE = re.compile(r"\$\{([A-Z_]+)(.*?)\}")


def containers() -> dict[str, str]:
    """Return what the compose file says of each container, with the blocks that it merges."""
    blocks = dict(ANCHOR.findall(COMPOSE))

    def whole(text: str) -> str:
        names = [name for one, many in MERGED.findall(text) for name in re.findall(r"\w+", one or many)]
        return text + "".join(whole(blocks[name]) for name in names)

    section = COMPOSE.split("\nservices:\n")[1].split("\nnetworks:\n")[0] + "\n"
    return {name: whole(text) for name, text in CONTAINER.findall(section)}


@pytest.mark.parametrize("name", containers())
def test_a_container_has_bounds_and_no_privilege(name: str) -> None:
    said = containers()[name]

    assert re.search(r"^ +user: (?!root|\"?0)", said, re.MULTILINE)
    assert "read_only: true" in said
    assert "cap_drop: [ALL]" in said
    assert "no-new-privileges:true" in said
    for bound in ("mem_limit:", "cpus:", "pids_limit:", "max-size:", "restart:"):
        assert bound in said


@pytest.mark.parametrize("name", [name for name, said in containers().items() if "restart: unless-stopped" in said])
def test_what_keeps_running_is_watched(name: str) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()

    assert "healthcheck:" in containers()[name] or (
        "deploy/Dockerfile" in containers()[name] and "/readyz" in dockerfile
    )


def test_only_pages_are_published_and_the_rest_on_this_machine_alone() -> None:
    published = {name: re.findall(r'"(.+:.+:\d+)"', said) for name, said in containers().items() if "ports:" in said}

    assert set(published) == {"caddy", "maildev"}
    assert len(published["caddy"]) == 3
    for port in [*published["maildev"], *published["caddy"]]:
        assert port.startswith(("127.0.0.1:", "${PUBLISH_ON:?"))


def test_the_database_is_reached_by_those_who_need_it() -> None:
    connected = {name for name, said in containers().items() if re.search(r"networks: \[.*\bdatabase\b", said)}

    assert connected == set(containers()) - {"rabbitmq", "caddy", "maildev", "demo"}


def test_every_variable_is_explained_checked_and_asked_for() -> None:
    used = {name for text in ALL_FILES for name, _ in VARIABLE.findall(text)}

    assert used <= set(read(EXAMPLE))
    assert set(read(EXAMPLE)) == set(FORMS)
    assert explained(EXAMPLE) == list(read(EXAMPLE))


def explained(example: Path) -> list[str]:
    """List the variables that have one line of explanation above them."""
    return re.findall(r"^# .+\n([A-Z_]+)=", example.read_text(), re.MULTILINE)


def test_no_variable_has_a_default_outside_the_example() -> None:
    defaults = {
        name: rest for text in ALL_FILES for name, rest in VARIABLE.findall(text) if rest.startswith((":-", "-"))
    }

    assert defaults == {"PUBLIC_PORT": ":-443"}


def test_no_secret_stands_in_a_setting() -> None:
    environments = re.findall(r"^      ([A-Z_]+): (.*)$", "".join(ALL_FILES), re.MULTILINE)
    secret = {name: value for name, value in environments if re.search(r"PASSWORD|TOKEN|SECRET|KEY|_URL", name)}

    for name in ("PUBLIC_URL", "MEETINGS_URL"):
        assert secret.pop(name).startswith("https://")
    assert secret
    assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in secret.items())
    assert "@" not in read(EXAMPLE)["SMTP_URL"]


def test_the_administrators_secrets_are_seen_by_those_alone_whose_work_it_is() -> None:
    def who_sees(secret: str) -> set[str]:
        return {name for name, said in containers().items() if secret in said}

    assert who_sees("broker_management_url") == {"systems"}
    assert who_sees("membership_owner.url") == {"systems", "membership-migrate"}
    assert "profiles: [systems]" in containers()["systems"]
    assert "driver: none" in containers()["systems"]


def test_the_broker_loads_every_committed_definition() -> None:
    for path in COMMITTED.iterdir():
        assert f"target: /etc/rabbitmq/definitions/{path.name}" in containers()["rabbitmq"]
