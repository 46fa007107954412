"""Where mail is handed over, and how long each answer is waited for there."""

import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from shared.errors import Trouble

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Away(Trouble):
    """The server cannot be talked to now; nothing was tried, so nothing is known of any e-mail."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the mail server is away ({why})")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None

    def tls(self) -> ssl.SSLContext | None:
        """Return what verifies the server's certificate, where the connection is to be encrypted."""
        return None if self.scheme == "smtp" else ssl.create_default_context()

    @classmethod
    def read(cls, url: str) -> Self:
        """Read smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]; raise ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("is no smtp://, smtps:// or smtp+starttls:// address with a host")
        return cls(
            parts.scheme,
            parts.hostname,
            parts.port or PORTS[parts.scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to wait (RFC 5321 4.5.3.2), and how much goes over one connection.

    Who gives up earlier on the reply to a message (`message`) sends it twice. `block` is for any part of a message to
    leave.
    """

    connect: float = 30
    command: float = 300
    block: float = 180
    message: float = 600
    goodbye: float = 2
    mails: int = 100
    age: float = 300
