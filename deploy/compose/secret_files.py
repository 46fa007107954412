"""The secrets of the deployed stack: files that containers read, made once and then kept."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from deploy.rabbitmq.credentials import committed_users, credentials

SERVICES = ("membership", "meetings", "notifications")
ROLES = tuple(f"{service}_{kind}" for service in SERVICES for kind in ("owner", "runtime"))
DEFINITIONS = "90-credentials.json"
# With which the demo reports.
DEMO_SYSTEM = "register"
DEMO = f"{DEMO_SYSTEM}.amqp_url"
# The former is salted, so that it is another one each time; the latter is needed by no service.
UNSEEN = (DEFINITIONS, DEMO)


def write_secrets(folder: Path, smtp_url: str) -> None:
    """Make what is missing, and renew what follows from the rest.

    Nobody else may enter the folder; the files are readable by all, because a container sees each that it is given as
    the user that it runs as.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for name in ("operator_token", "link_secret", "answer_secret", "postgres.password"):
        _kept(folder / name)
    for role in ROLES:
        password = _kept(folder / f"{role}.password")
        _write(folder / f"{role}.url", f"postgresql://{role}:{password}@postgres:5432/handelsbyer")
    passwords = {user["name"]: _broker_user(folder, user["name"]) for user in committed_users()}
    _write(folder / "broker_management_url", f"http://operator:{passwords['operator']}@rabbitmq:15672")
    _write(folder / DEFINITIONS, json.dumps(credentials(passwords), indent=2))
    _write(folder / "smtp_url", smtp_url)
    for path in folder.iterdir():  # also what the operator put there
        path.chmod(0o644)


def write_demo(folder: Path, password: str) -> None:
    """Keep the address with which the demo's system reports."""
    _write(folder / DEMO, f"amqp://{DEMO_SYSTEM}:{password}@rabbitmq:5672/")
    (folder / DEMO).chmod(0o644)


def digest(folder: Path, mounted: Iterable[Path]) -> str:
    """Return what changes whenever a secret or one of the mounted files does."""
    files = [path for path in sorted(folder.iterdir()) if path.name not in UNSEEN]
    seen = hashlib.sha256()
    for path in (*files, *sorted(mounted)):
        seen.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return seen.hexdigest()[:16]


def _broker_user(folder: Path, name: str) -> str:
    password = _kept(folder / f"{name}.password")
    _write(folder / f"{name}.amqp_url", f"amqp://{name}:{password}@rabbitmq:5672/")
    return password


def _kept(path: Path) -> str:
    if not path.exists():
        _write(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n")
