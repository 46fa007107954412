"""What the broker must know of a system: its user, what that may do, and its queue of answers (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

Definition = dict[str, Any]
Definitions = Mapping[str, list[Definition]]

# Enough for a few processes of one system, and too few to exhaust the broker.
LIMITS = {"max-connections": 10, "max-channels": 50}
HASHING = "rabbit_password_hashing_sha256"
DOOR = "^upstream$"
WORDS = {
    "permissions": "what it may write and read",
    "topic_permissions": "the routing keys that it is held to",
    "queues": "its queue of answers",
    "bindings": "the binding of its queue",
}


def answers_queue(system: str) -> str:
    """Return the name of the queue from which a system reads what it is answered."""
    return f"upstream.answers.{system}"


def user_of(system: str, password_hash: str) -> Definitions:
    """Define a system's user, which has the system's name, and how much it may open at once."""
    known = {"name": system, "password_hash": password_hash, "hashing_algorithm": HASHING}
    return {"users": [{**known, "tags": [], "limits": LIMITS}]}


def rights_of(system: str) -> Definitions:
    """Define what a system may do: write under its own name, and read its own answers."""
    queue, here = answers_queue(system), {"vhost": "/"}
    binding = {"source": "upstream.answers", "destination": queue, "destination_type": "queue", "routing_key": system}
    return {
        "permissions": [
            {**here, "user": system, "configure": "^$", "write": DOOR, "read": rf"^upstream\.answers\.{system}$"}
        ],
        "topic_permissions": [{**here, "user": system, "exchange": "upstream", "write": rf"^{system}\.", "read": "^$"}],
        "queues": [
            {**here, "name": queue, "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"}}
        ],
        "bindings": [{**here, **binding, "arguments": {}}],
    }


def password_at(found: Definitions, name: str) -> str | None:
    """Return the hash of the password of a broker's user, or None where there is no such user."""
    there = _user(found, name)
    return there["password_hash"] if there else None


def is_anothers(found: Definitions, name: str) -> bool:
    """Tell whether a broker's user of this name is no system: it has tags, or may write elsewhere than systems may."""
    there = _user(found, name)
    elsewhere = any(right["user"] == name and right["write"] != DOOR for right in found["permissions"])
    return elsewhere or bool(there and there["tags"])


def systems_at(found: Definitions) -> set[str]:
    """Return the names of the broker's users that are systems."""
    return {right["user"] for right in found["permissions"] if right["write"] == DOOR}


def differences(found: Definitions, system: str, password_hash: str | None) -> Iterator[str]:
    """Say in words what of a system a broker lacks, or has otherwise than it must be."""
    there = _user(found, system)
    if there is None:
        yield "its user"
    elif there["password_hash"] != password_hash:
        yield "its password"
    if there and (there["tags"] or there.get("limits") != LIMITS):
        yield "the bounds of its user"
    for kind, wanted in rights_of(system).items():
        if not any(wanted[0].items() <= item.items() for item in found[kind]):
            yield WORDS[kind]


def _user(found: Definitions, name: str) -> Definition | None:
    return next((user for user in found["users"] if user["name"] == name), None)
