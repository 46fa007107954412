"""Talking to a far server: encrypted, signed in, and never with a wrong idea of what became of an e-mail."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from services.notifications.smtp import Away, Connection, Server
from tests.notifications.far_server import FarServer
from tests.support.certificates import server_side, write_certificate

MESSAGE = b"From: a@b.example\r\nSubject: hej\r\n\r\n.\r\n..hej\r\n"
ANNA = "anna@koege.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    write_certificate(path)
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    return server_side(certificate)


@pytest.fixture
def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process trusts the certificate, as an operator makes it trust one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def authenticate(server: SMTP, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and login == LoginPassword(b"us/er", b"p@ss word")
    return AuthResult(success=good, handled=False)


@asynccontextmanager
async def listening(far: FarServer, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """Run a far server with options of aiosmtpd on a free port."""
    loop = asyncio.get_running_loop()
    running = await loop.create_server(
        lambda: SMTP(far, hostname="far.example", loop=loop, **options), "127.0.0.1", 0, family=socket.AF_INET, ssl=tls
    )
    try:
        yield running.sockets[0].getsockname()[1]
    finally:
        running.close()


def connection(url: str) -> Connection:
    server = Server.read(url)
    return Connection(server, "mail.netvaerk.example", server.tls())


async def sent(url: str) -> str:
    """Send one message; return what became of it."""
    talking = connection(url)
    await talking.open()
    outcome = await talking.send("a@b.example", ANNA, MESSAGE)
    await talking.close()
    return outcome.result


async def test_a_message_arrives_as_it_was(server: FarServer) -> None:
    assert await sent(server.url) == "accepted"

    assert server.accepted == [(ANNA, MESSAGE)]


@pytest.mark.usefixtures("trusting")
async def test_starttls_with_a_password(server_tls: ssl.SSLContext) -> None:
    far = FarServer()
    options: dict[str, Any] = {"tls_context": server_tls, "require_starttls": True, "auth_required": True}
    async with listening(far, authenticator=authenticate, **options) as port:
        assert await sent(f"smtp+starttls://us%2Fer:p%40ss%20word@localhost:{port}") == "accepted"
        with pytest.raises(Away, match="535"):
            await sent(f"smtp+starttls://us%2Fer:wrong@localhost:{port}")


@pytest.mark.usefixtures("trusting")
async def test_tls_from_the_start(server_tls: ssl.SSLContext) -> None:
    far = FarServer()
    async with listening(far, server_tls) as port:
        assert await sent(f"smtps://localhost:{port}") == "accepted"


async def test_a_certificate_that_nobody_vouches_for_is_refused(server_tls: ssl.SSLContext) -> None:
    far = FarServer()
    async with listening(far, tls_context=server_tls) as port:
        with pytest.raises(Away, match="certificate"):
            await sent(f"smtp+starttls://localhost:{port}")
    assert far.accepted == []


async def test_a_server_without_starttls_gets_nothing(server: FarServer) -> None:
    with pytest.raises(Away, match="STARTTLS"):
        await sent(server.url.replace("smtp://127.0.0.1", "smtp+starttls://localhost"))

    assert server.accepted == []


async def test_a_server_that_is_not_there_is_away() -> None:
    with pytest.raises(Away):
        await sent("smtp://127.0.0.1:1")


async def test_after_a_refusal_the_connection_serves_the_next(server: FarServer) -> None:
    server.at_recipient = lambda address: "550 5.1.1 unknown" if address == ANNA else None
    talking = connection(server.url)
    await talking.open()

    first = await talking.send("a@b.example", ANNA, MESSAGE)
    await talking.open()
    second = await talking.send("a@b.example", "bo@koege.example", MESSAGE)
    await talking.close()

    assert (first.result, second.result) == ("refused", "accepted")
    assert server.connections == 1


async def test_an_address_that_smtp_cannot_carry_spoils_nothing_for_the_next(server: FarServer) -> None:
    talking = connection(server.url)
    await talking.open()

    first = await talking.send("a@b.example", "søren@by.example", MESSAGE)
    await talking.open()
    second = await talking.send("a@b.example", ANNA, MESSAGE)
    await talking.close()

    assert (first.result, first.may_have_arrived, second.result) == ("lost", False, "accepted")


async def test_a_connection_is_renewed_after_a_hundred_mails(server: FarServer) -> None:
    talking = connection(server.url)

    for _ in range(101):
        await talking.open()
        await talking.send("a@b.example", ANNA, MESSAGE)
    await talking.close()

    assert (len(server.accepted), server.connections) == (101, 2)


@pytest.mark.parametrize("reply", ["530 5.7.0 authenticate first", "503 5.5.1 nested MAIL", "421 4.3.2 closing"])
async def test_what_is_not_about_the_recipient_is_no_bounce(server: FarServer, reply: str) -> None:
    server.at_recipient = lambda address: reply

    assert await sent(server.url) in ("lost", "deferred")


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25", "smtp://host:port"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the messages are partly Python's)
        Server.read(url)


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://h", 25), ("smtps://h", 465), ("smtp+starttls://h", 587), ("smtp://h:2525", 2525)]
)
def test_each_scheme_has_its_port(url: str, port: int) -> None:
    assert Server.read(url).port == port
