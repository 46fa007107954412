"""The operator's test mail goes the way of every e-mail, and shows what the far server said."""

import asyncio
import os
import sys
from pathlib import Path

from tests.notifications.far_server import FarServer

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
    "AMQP_URL": "amqp://nobody@127.0.0.1:1/",
    "OPERATOR_TOKEN": "0123456789abcdef",
    "LINK_SECRET": "0123456789abcdef0123456789abcdef",
    "ANSWER_SECRET": "another secret of thirty-two characters",
    "MEETINGS_URL": "https://handelsbyer.example/meetings",
    "PUBLIC_URL": "https://handelsbyer.example",
    "MAIL_DOMAIN": "handelsbyer.example",
    "MAIL_FROM": "netvaerk@handelsbyer.example",
    "REPLY_TO": "sekretariat@handelsbyer.example",
    "JOURNAL_DIR": "/var/lib/notifications",
}


async def mail_test(url: str) -> tuple[int | None, str]:
    """Run the command and return its status and what it printed."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.notifications", "mail-test", "anna@koege.example"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SETTINGS, "SMTP_URL": url},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await program.communicate()
    return program.returncode, printed.decode()


async def test_a_mail_that_was_taken_is_shown_with_the_servers_reply(server: FarServer) -> None:
    status, printed = await mail_test(server.url)

    assert (status, printed) == (0, f"{server.url}: accepted: 250 2.0.0 taken as 1A2B\n")
    (mail,) = server.to("anna@koege.example")
    assert mail["Subject"] == "Prøve / Test"
    assert "e-mail er en prøve" in mail.get_content()


async def test_a_mail_that_was_refused_is_a_failure_and_shows_why(server: FarServer) -> None:
    server.at_recipient = lambda address: f"550 5.1.1 <{address}> is unknown here"

    status, printed = await mail_test(server.url)

    assert status == 1
    assert "refused: 550 5.1.1 <(address)> is unknown here" in printed


async def test_a_server_that_does_not_answer_is_a_failure() -> None:
    status, printed = await mail_test("smtp://127.0.0.1:1")

    assert status == 1
    assert printed.startswith("smtp://127.0.0.1:1: lost: ")
