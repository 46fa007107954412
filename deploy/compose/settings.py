"""The settings of the deployed stack: `.env`, made from `.env.example`, and what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")

HOST = r"[a-z0-9-]+(\.[a-z0-9-]+)*"
DOMAIN = r"[a-z0-9-]+(\.[a-z0-9-]+)+"
ADDRESS = rf"[A-Za-z0-9._+-]+@{DOMAIN}"
PORT = r"[0-9]{1,5}"
FORMS = {
    "COMPOSE_FILE": r"docker-compose\.yml(:[^:]+)*",
    "PUBLIC_HOST": HOST,
    "PUBLIC_PORT": rf"({PORT})?",
    "REDIRECT_PORT": PORT,
    "PUBLISH_ON": r"[0-9]{1,3}(\.[0-9]{1,3}){3}",
    "OPERATORS_PORT": PORT,
    "MAILDEV_PORT": PORT,
    "SMTP_URL": r"smtp(s|\+starttls)?://[^\s/]+",
    "SMTP_CLIENT": "pipelined|aiosmtplib",
    "MAIL_DOMAIN": DOMAIN,
    "MAIL_FROM": ADDRESS,
    "REPLY_TO": ADDRESS,
    "DKIM_SELECTOR": r"[a-z0-9.-]+",
    "LOG_LEVEL": "DEBUG|INFO|WARNING|ERROR",
    "CONFIGURATION": r"[0-9a-f]*",
}


def complete(path: Path, example: Path) -> None:
    """Write `.env` where it is missing, and add what a newer release asks for; what is there stays as it is."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(example.read_text())
    path.chmod(0o600)
    there = read(path)
    missing = [block for name, block in _explained(example) if name not in there]
    if missing:
        path.write_text("\n".join([path.read_text().rstrip("\n"), *missing]) + "\n")


def read(path: Path) -> dict[str, str]:
    """Read a file of NAME=value lines."""
    found = (LINE.fullmatch(line.strip()) for line in path.read_text().splitlines())
    return {line[1]: line[2].strip() for line in found if line}


def faults(settings: Mapping[str, str]) -> Iterator[str]:
    """Say of each variable that is missing or wrong what its form would be, but not what stands there."""
    for name, form in FORMS.items():
        if name not in settings:
            yield f"{name}: is missing in .env; .env.example explains it"
        elif not re.fullmatch(form, settings[name]):
            yield f"{name}: does not have the form {form}; .env.example explains it"


def write_one(path: Path, name: str, value: str) -> None:
    """Give one variable its value, and leave all else as it is."""
    path.write_text(re.sub(rf"(?m)^{name}=.*$", f"{name}={value}", path.read_text()))


def _explained(example: Path) -> Iterator[tuple[str, str]]:
    """Yield each variable of the example, and its lines: explanation and default."""
    explanation: list[str] = []
    for line in example.read_text().splitlines():
        if found := LINE.fullmatch(line):
            yield found[1], "\n".join([*explanation, line])
        explanation = [*explanation, line] if line.startswith("#") else []
