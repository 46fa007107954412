"""The systems that may report: how they are called, who owns them, and how their passwords are kept (pure)."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.contracts.upstream import fault, single_line

SALT_OCTETS = 4
NAME = "[a-z][a-z0-9-]{0,59}"


def _name(text: str) -> str:
    if not re.fullmatch(NAME, text):
        raise fault("system_name", "is no name for a system", "at most 60 of a-z, 0-9 and -, first a letter: register")
    return text


Name = Annotated[str, AfterValidator(_name)]
Source = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(single_line)]


@dataclass(frozen=True, slots=True)
class System:
    """A system as the register of systems has it; `owner_email` is None where nobody has said who owns it.

    `added_at` is None while it is half added: its password was shown to nobody yet.
    """

    name: str
    owner_email: str | None
    owner_language: str
    most_per_hour: int | None
    password_hash: str | None
    added_at: datetime | None
    paused_at: datetime | None
    sources: tuple[str, ...]


def new_password() -> str:
    """Make a password that nobody guesses, of letters that need no quoting anywhere."""
    return secrets.token_urlsafe(32)


def password_hash(password: str, salt: bytes | None = None) -> str:
    """Hash a password as RabbitMQ keeps it: base64 of a 4-byte salt and sha256(salt + password)."""
    salt = secrets.token_bytes(SALT_OCTETS) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def is_password(password: str, kept: str) -> bool:
    """Tell whether this is the password whose hash is kept."""
    salt = base64.b64decode(kept)[:SALT_OCTETS]
    return hmac.compare_digest(password_hash(password, salt), kept)
