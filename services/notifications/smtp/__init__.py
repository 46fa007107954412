"""SMTP: where mail is handed over, and what the replies there mean for an e-mail."""

from .connection import Away, Connection, Server

__all__ = ["Away", "Connection", "Server"]
