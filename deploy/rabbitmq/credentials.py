"""The part of the broker's definitions that is never committed: the hashes of our users' passwords."""

import base64
import hashlib
import json
import secrets
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMITTED = Path(__file__).parent / "definitions"

Definitions = dict[str, list[dict[str, Any]]]


def write_definitions(folder: Path, passwords: Mapping[str, str]) -> None:
    """Fill a new folder with everything that a broker loads at its start.

    The generated file sorts last: RabbitMQ loads a folder in the order of its names, and a user that is loaded
    without a password loses the one it had.
    """
    shutil.copytree(COMMITTED, folder)
    generated = folder / "90-credentials.json"
    generated.touch(mode=0o600)
    generated.write_text(json.dumps(credentials(passwords), indent=2))


def definitions_for_import(passwords: Mapping[str, str]) -> Definitions:
    """Return everything as one document for a broker that runs already, without locking anybody out on the way."""
    everything: Definitions = defaultdict(list)
    for definitions in (credentials(passwords), *committed_definitions()):
        for kind, items in definitions.items():
            everything[kind] += items
    everything["users"] = [user for user in everything["users"] if "password_hash" in user]
    return everything


def committed_definitions() -> list[Definitions]:
    """Read the committed files, in the order in which they must be loaded."""
    return [json.loads(path.read_text()) for path in sorted(COMMITTED.glob("*.json"))]


def committed_queues() -> list[str]:
    """List the names of the queues of the committed files."""
    return [queue["name"] for definitions in committed_definitions() for queue in definitions.get("queues", [])]


def committed_users() -> list[dict[str, Any]]:
    """List the users of the committed files; none of them has a password."""
    return [user for definitions in committed_definitions() for user in definitions.get("users", [])]


def credentials(passwords: Mapping[str, str]) -> Definitions:
    """Give the committed users their passwords; `passwords` has one for each."""
    return {"users": [{**user, **_password(passwords[user["name"]])} for user in committed_users()]}


def password_hash(password: str) -> str:
    """Hash a password as RabbitMQ stores it: base64 of a 4-byte salt and sha256(salt + password)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _password(password: str) -> dict[str, str]:
    return {"password_hash": password_hash(password), "hashing_algorithm": "rabbit_password_hashing_sha256"}
