"""The services as the local stack runs them: each part a process of its own, and what each is told."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.postgres.roles import role_url

from .passwords import Passwords
from .program import Program
from .rabbitmq import BrokerAddress
from .run import Run
from .servers import ROOT, SmtpAddress

PARTS = {
    "membership": ("web", "subscribers", "relay", "planner"),
    "meetings": ("web", "subscribers", "relay", "planner"),
    "notifications": ("web", "subscribers", "relay", "delivery"),
}
MAIL_DOMAIN = "handelsbyer.example"


@dataclass
class Part:
    """One part of a service, a process of its own; its health is to be read at `url`, whatever part it is."""

    service: str
    name: str
    port: int
    program: Program

    @property
    def url(self) -> str:
        """Return where its process answers HTTP."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Surroundings:
    """What the services of a stack are told: where the servers are, what the secrets are, and settings of a test."""

    database_admin_url: str
    database: str
    broker: BrokerAddress
    smtp: SmtpAddress
    passwords: Passwords
    ports: Mapping[tuple[str, str], int]
    extra: Mapping[str, Mapping[str, str]]

    def role_url(self, role: str) -> str:
        """Return the address with which a role reaches the stack's database."""
        return role_url(self.database_admin_url, role, self.passwords.roles[role], self.database)

    def broker_administrator(self) -> str:
        """Return the address with which the broker's administrator reaches its management API."""
        return self.broker.management("operator", self.passwords.users["operator"])

    def part(self, run: Run, service: str, name: str) -> Part:
        """Make one part, not started yet."""
        port = self.ports[service, name]
        command = [sys.executable, "-m", f"services.{service}", "serve", "--only", name]
        environment = {**self._settings(run, service), "HTTP_PORT": str(port), **self.extra.get(service, {})}
        program = run.program(f"{service}-{name}", command, working_folder=ROOT, environment=environment)
        return Part(service, name, port, program)

    def _settings(self, run: Run, service: str) -> dict[str, str]:
        common = {
            "DATABASE_URL": self.role_url(f"{service}_runtime"),
            "AMQP_URL": self.broker.url(service, self.passwords.users[service]),
            "HTTP_HOST": "127.0.0.1",
            "OPERATOR_TOKEN": self.passwords.operator_token,
        }
        return {**common, **self._own_settings(run).get(service, {})}

    def _own_settings(self, run: Run) -> dict[str, dict[str, str]]:
        of_answers = {
            "ANSWER_SECRET": self.passwords.answer_secret,
            "MEETINGS_URL": f"http://127.0.0.1:{self.ports['meetings', 'web']}",
        }
        return {
            "meetings": {"UID_DOMAIN": MAIL_DOMAIN, **of_answers},
            "notifications": {
                "SMTP_URL": self.smtp.url,
                "LINK_SECRET": self.passwords.link_secret,
                "PUBLIC_URL": f"http://127.0.0.1:{self.ports['notifications', 'web']}",
                **of_answers,
                "JOURNAL_DIR": str(run.folder / journals(self.database)),
                "MAIL_DOMAIN": MAIL_DOMAIN,
                "MAIL_FROM": f"handelsbyer@{MAIL_DOMAIN}",
                "REPLY_TO": f"sekretariat@{MAIL_DOMAIN}",
            },
        }


def journals(database: str) -> str:
    """Name the folder of the reply journals: what was mailed out of one database says nothing of another."""
    return f"journals-{database}"


def migration(run: Run, service: str, owner_url: str) -> Program:
    """Make the program that brings a service's schema up to date."""
    command = [sys.executable, "-m", f"services.{service}", "migrate"]
    environment = {"DATABASE_OWNER_URL": owner_url}
    return run.program(f"{service}-migrate", command, working_folder=ROOT, environment=environment)
