"""One real test mail, and what the mail server answered to it: for the operator who has just set SMTP_URL."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from shared.clock import utc_now

from ..domain import Outcome
from ..emails import NETWORK
from ..settings import Settings
from ..smtp import Away, Letter, Server, connections
from ..writing import frames, mime, quoted_printable
from ..writing.dkim import Signer

if TYPE_CHECKING:
    from shared.cli import Commands

TEXT = """\
Denne e-mail er en prøve: platformen kan sende e-mail.

This e-mail is a test: the platform can send e-mail.
"""


def add_mail_test(commands: "Commands") -> None:
    """Add `mail-test ADDRESS`, which exits 0 where the mail server took the mail."""
    parser = commands.add_parser("mail-test", help="send one test mail and say what the mail server answered")
    parser.add_argument("to", metavar="ADDRESS")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    settings = Settings.read()
    server = Server.read(settings.smtp_url.get_secret_value())
    outcome = asyncio.run(_send(server, settings, args.to))
    sys.stdout.write(f"{server.scheme}://{server.host}:{server.port}: {outcome.result}: {outcome.reply}\n")
    raise SystemExit(0 if outcome.result == "accepted" else 1)


async def _send(server: Server, settings: Settings, to: str) -> Outcome:
    connection = connections(server, settings.mail_domain, settings.smtp_client)()
    outcomes: list[Outcome] = []
    try:
        await connection.open()
        await connection.exchange(_one(settings, to), lambda _, outcome: outcomes.append(outcome))
        return outcomes[0] if outcomes else Outcome("lost", "it could not be tried", fault="session")
    except Away as why:
        return Outcome("lost", str(why), fault="session")
    finally:
        await connection.close()


async def _one(settings: Settings, to: str) -> AsyncIterator[Letter]:
    yield Letter(0, settings.mail_from, to, written(settings, to, utc_now()))


def written(settings: Settings, to: str, now: datetime) -> bytes:
    """Return the test mail, signed where there is a key."""
    headers = [
        f"From: {mime.mailbox(NETWORK, settings.mail_from)}",
        f"Reply-To: {settings.reply_to}",
        f"Subject: {mime.unstructured('Prøve / Test')}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {make_msgid(domain=settings.mail_domain)}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
    ]
    frame = frames.framed(["To: %(to)b"], headers, quoted_printable.encoded(TEXT))
    message = frame.filled({b"to": mime.mailbox("", to).encode()}, {})
    if settings.dkim_key is None:
        return message.octets
    signer = Signer(settings.mail_domain, settings.dkim_selector, settings.dkim_key.get_secret_value())
    return signer.signature(message.signable, now) + message.octets
