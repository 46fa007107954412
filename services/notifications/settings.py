"""What notifications reads from its environment."""

import socket
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from shared.settings import ServiceSettings

from .smtp import Client, Server
from .writing.dkim import Signer

DOMAIN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
ADDRESS = r"^[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$"


class Settings(ServiceSettings):
    """The settings of one process of notifications."""

    smtp_url: SecretStr = Field(description="smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]")
    smtp_client: Client = Field("pipelined", description="pipelined, or aiosmtplib: slower, and not our own")
    link_secret: SecretStr = Field(min_length=32, description="signs the links in mails; a new one ends them all")
    public_url: str = Field(pattern=r"^https?://[^\s/]+[^\s?#]*$", description="where readers reach our pages")
    answer_secret: SecretStr = Field(
        min_length=32, description="signs the links to the answer page; the same as that of meetings"
    )
    meetings_url: str = Field(
        pattern=r"^https?://[^\s/]+[^\s?#]*$", description="where readers reach the pages of meetings"
    )
    mail_domain: str = Field(pattern=DOMAIN, max_length=100, description="domain of Message-ID, List-Id and DKIM")
    mail_from: str = Field(pattern=ADDRESS, description="the one address that writes; answers of calendars come there")
    reply_to: str = Field(pattern=ADDRESS, description="the secretariat's address")
    sender: str = Field(
        default_factory=socket.gethostname, min_length=1, description="name of this sender, the same after a restart"
    )
    journal_dir: Path = Field(
        description="folder of the reply journals, which outlives this process; for senders alone"
    )
    dkim_key: SecretStr | None = Field(None, description="RSA-2048 private key, PEM; without one nothing is signed")
    dkim_selector: str = Field("mail", pattern=r"^[a-z0-9.-]+$")

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: SecretStr) -> SecretStr:
        Server.read(url.get_secret_value())
        return url

    @field_validator("dkim_key")
    @classmethod
    def _signs(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            Signer("domain.example", "selector", key.get_secret_value())
        return key
