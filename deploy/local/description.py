"""`stack.json`: every address, user, role and token of a running stack, for scripts and for trying things by hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .services import PARTS, Part, Surroundings

SMTP_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}

Parts = Mapping[tuple[str, str], Part]


def write(path: Path, surroundings: Surroundings, parts: Parts, *, ready: bool) -> None:
    """Put the description in place at once, readable by its owner alone."""
    unfinished = path.with_suffix(".part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(describe(surroundings, parts, ready=ready), indent=2) + "\n")
    unfinished.replace(path)


def describe(surroundings: Surroundings, parts: Parts, *, ready: bool) -> dict[str, Any]:
    """Describe a stack; `ready` says whether all its parts answered that they are."""
    return {
        "ready": ready,
        "amqp": _amqp(surroundings),
        "postgres": _postgres(surroundings),
        "smtp": _smtp(surroundings),
        "services": {
            service: {
                "url": parts[service, "web"].url,
                "pids": {name: parts[service, name].program.pid for name in PARTS[service]},
            }
            for service in PARTS
        },
        "operator_token": surroundings.passwords.operator_token,
    }


def _amqp(surroundings: Surroundings) -> dict[str, Any]:
    broker, passwords = surroundings.broker, surroundings.passwords
    return {
        "host": broker.host,
        "port": broker.port,
        "management_url": broker.management_url,
        "users": {**passwords.users, **passwords.systems},
    }


def _postgres(surroundings: Surroundings) -> dict[str, Any]:
    server = urlsplit(surroundings.database_admin_url)
    return {
        "host": server.hostname,
        "port": server.port or 5432,
        "database": surroundings.database,
        "roles": dict(surroundings.passwords.roles),
    }


def _smtp(surroundings: Surroundings) -> dict[str, Any]:
    smtp = surroundings.smtp
    server = urlsplit(smtp.url)
    port = server.port or SMTP_PORTS.get(server.scheme)
    return {"host": server.hostname, "port": port, "folder": str(smtp.folder) if smtp.folder else None}
