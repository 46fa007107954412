"""SMTP: where mail is handed over, how, and what the replies there mean for an e-mail."""

from collections.abc import Callable
from typing import Literal

from .letters import Connection, Letter, Report
from .pipelined import PipelinedConnection
from .server import Away, Limits, Server
from .with_aiosmtplib import AiosmtplibConnection

__all__ = ["USUAL", "Away", "Client", "Connection", "Letter", "Limits", "Report", "Server", "connections"]

Client = Literal["pipelined", "aiosmtplib"]
USUAL = Limits()


def connections(server: Server, helo: str, client: Client, limits: Limits = USUAL) -> Callable[[], Connection]:
    """Return what makes connections to a server, which share what verifies its certificate."""
    kind = PipelinedConnection if client == "pipelined" else AiosmtplibConnection
    tls = server.tls()
    return lambda: kind(server, helo, tls, limits)
