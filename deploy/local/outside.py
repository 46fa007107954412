"""Servers that are there already, named in the environment; each replaces the private one that would be started."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

import asyncpg
import httpx

from deploy.rabbitmq.credentials import definitions_for_import

from .errors import CannotStart
from .passwords import Passwords
from .rabbitmq import BrokerAddress


@dataclass(frozen=True)
class Outside:
    """Addresses of servers that we neither start nor stop; None: start a private one."""

    database_admin_url: str | None = None
    amqp_url: str | None = None
    rabbitmq_management_url: str | None = None
    smtp_url: str | None = None

    @classmethod
    def named_in(cls, environment: Mapping[str, str]) -> Self:
        """Read DATABASE_ADMIN_URL, AMQP_URL with RABBITMQ_MANAGEMENT_URL, and SMTP_URL."""
        outside = cls(**{name: environment.get(name.upper()) or None for name in cls.__dataclass_fields__})
        if (outside.amqp_url is None) != (outside.rabbitmq_management_url is None):
            raise CannotStart("AMQP_URL and RABBITMQ_MANAGEMENT_URL replace the private broker together: set both.")
        return outside

    def broker_administrator(self) -> tuple[str, str]:
        """Return the user and the password that AMQP_URL holds."""
        server = urlsplit(self.amqp_url or "")
        return unquote(server.username or ""), unquote(server.password or "")


async def ensure_reachable(database_admin_url: str) -> None:
    """Raise CannotStart where the administrator of DATABASE_ADMIN_URL cannot log in."""
    try:
        await (await asyncpg.connect(database_admin_url)).close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as why:
        raise CannotStart(f"The server that DATABASE_ADMIN_URL names cannot be used: {why}") from None


async def import_definitions(outside: Outside, passwords: Passwords) -> BrokerAddress:
    """Load our topology, users and rights into the broker outside, as the administrator whom AMQP_URL names.

    The passwords of our users are set anew; what else the broker holds is left alone.
    """
    server = urlsplit(outside.amqp_url or "")
    management_url = outside.rabbitmq_management_url or ""
    if server.path.lower() not in ("", "/", "/%2f"):
        raise CannotStart("AMQP_URL names a virtual host; our definitions belong into the virtual host '/'.")
    definitions = definitions_for_import(passwords.users)
    administrator = outside.broker_administrator()
    async with httpx.AsyncClient(base_url=management_url, auth=administrator, trust_env=False, timeout=60) as client:
        try:
            answer = await client.post("/api/definitions", json=definitions)
        except httpx.TransportError as why:
            raise CannotStart(f"RABBITMQ_MANAGEMENT_URL does not answer: {why}") from None
    if answer.is_error:
        raise CannotStart(f"RABBITMQ_MANAGEMENT_URL refused our definitions ({answer.status_code}): {answer.text}")
    port = server.port or (5671 if server.scheme == "amqps" else 5672)
    return BrokerAddress(server.hostname or "", port, management_url, server.scheme)
