"""Talking to a far server: encrypted, signed in, and never with a wrong idea of what became of an e-mail."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from services.notifications.domain import Outcome
from services.notifications.smtp import Away, Client, Letter, Limits, Server
from tests.notifications.far_server import FarServer
from tests.notifications.handing_over import MESSAGE, SHORT, connection, each, handed_over, letter
from tests.notifications.rogue_server import Rogue, running
from tests.support.certificates import server_side, write_certificate

ANNA = "anna@koege.example"
BO = "bo@koege.example"
BOTH: list[Client] = ["pipelined", "aiosmtplib"]


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


@pytest.fixture(params=BOTH)
def client(request: pytest.FixtureRequest) -> Client:
    """Each of the clients."""
    found: Client = request.param
    return found


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


async def sent(url: str, client: Client, message: bytes = MESSAGE) -> Outcome:
    """Send one message; return what became of it."""
    talking = connection(url, client)
    try:
        found = await handed_over(talking, [letter(1, ANNA, message)])
    finally:
        await talking.close()
    return found[ANNA]


async def test_a_message_arrives_as_it_was(server: FarServer, client: Client) -> None:
    assert (await sent(server.url, client)).result == "accepted"

    assert server.accepted == [(ANNA, MESSAGE)]


@pytest.mark.parametrize(
    "message",
    [
        b".\r\n..\r\n...\r\nen . i midten\r\n.",
        b"a\n.\nb\r.\r\nc",
        b"\r\n.\r\nMAIL FROM:<evil@by.example>\r\n",
        b"x" * 998 + b"\r\n.",
        b"",
    ],
)
async def test_both_clients_send_the_same_octets(server: FarServer, message: bytes) -> None:
    for client in BOTH:
        assert (await sent(server.url, client, message)).result == "accepted"

    ours, theirs = server.accepted
    assert ours == theirs


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("excluded", ["LOGIN", "PLAIN"])
async def test_starttls_with_a_password(server_tls: ssl.SSLContext, client: Client, excluded: str) -> None:
    far = FarServer()
    options: dict[str, Any] = {"tls_context": server_tls, "require_starttls": True, "auth_required": True}
    async with listening(far, authenticator=authenticate, auth_exclude_mechanism=[excluded], **options) as port:
        found = await sent(f"smtp+starttls://us%2Fer:p%40ss%20word@localhost:{port}", client)
        assert found.result == "accepted"
        with pytest.raises(Away, match="535"):
            await sent(f"smtp+starttls://us%2Fer:wrong@localhost:{port}", client)


async def test_a_server_that_hangs_up_before_the_first_mail_is_away(client: Client) -> None:
    async with listening(FarServer(), timeout=0.1) as port:
        talking = connection(f"smtp://127.0.0.1:{port}", client)
        await talking.open()
        await asyncio.sleep(0.5)

        with pytest.raises(Away):
            await talking.exchange(each([letter(1)]), lambda *_: None)


@pytest.mark.usefixtures("trusting")
async def test_tls_from_the_start(server_tls: ssl.SSLContext, client: Client) -> None:
    far = FarServer()
    async with listening(far, server_tls) as port:
        assert (await sent(f"smtps://localhost:{port}", client)).result == "accepted"


@pytest.mark.usefixtures("trusting")
async def test_what_somebody_puts_in_before_tls_is_forgotten(server_tls: ssl.SSLContext, client: Client) -> None:
    async with running(Rogue("STARTTLS", "injected", tls=server_tls)) as rogue:
        assert (await sent(rogue.url, client)).result == "accepted"

    assert (len(rogue.accepted), rogue.connections, rogue.times) == (1, 1, 0)


async def test_a_certificate_that_nobody_vouches_for_is_refused(server_tls: ssl.SSLContext, client: Client) -> None:
    far = FarServer()
    async with listening(far, tls_context=server_tls) as port:
        with pytest.raises(Away, match="certificate"):
            await sent(f"smtp+starttls://localhost:{port}", client)
    assert far.accepted == []


async def test_a_server_without_starttls_gets_nothing(server: FarServer, client: Client) -> None:
    with pytest.raises(Away, match="STARTTLS"):
        await sent(server.url.replace("smtp://127.0.0.1", "smtp+starttls://localhost"), client)

    assert server.accepted == []


async def test_a_server_that_is_not_there_is_away(client: Client) -> None:
    with pytest.raises(Away):
        await sent("smtp://127.0.0.1:1", client)


async def test_refusals_hurt_no_other_mail_and_no_connection(server: FarServer, client: Client) -> None:
    replies = {"p3@by.example": "550 5.1.1 unknown", "p4@by.example": "450 4.2.2 full", "p7@by.example": "552 no room"}
    server.at_recipient = replies.get
    talking = connection(server.url, client)

    found = await handed_over(talking, [letter(number) for number in range(1, 9)])
    await talking.close()

    assert {to: outcome.reply for to, outcome in found.items() if outcome.result != "accepted"} == replies
    assert [to for to, _ in server.accepted] == [f"p{number}@by.example" for number in (1, 2, 5, 6, 8)]
    assert server.connections == 1


async def test_an_address_that_smtp_cannot_carry_is_refused_untried(server: FarServer, client: Client) -> None:
    addresses = ["søren@by.example", "a@b.example>\r\nRCPT TO:<c@d.example", "anna", ANNA]
    talking = connection(server.url, client)

    found = await handed_over(talking, [letter(number, to) for number, to in enumerate(addresses)])
    await talking.close()

    assert [(outcome.result, outcome.fault) for outcome in found.values()] == [
        *[("refused", "address")] * 3,
        ("accepted", None),
    ]
    assert server.connections == 1


async def test_a_mail_over_the_announced_size_is_refused_untried(client: Client) -> None:
    far = FarServer()
    async with listening(far, data_size_limit=1000) as port:
        too_big = await sent(f"smtp://127.0.0.1:{port}", client, b"x" * 1001)
        fits = await sent(f"smtp://127.0.0.1:{port}", client)

    assert (too_big.result, too_big.fault) == ("refused", "ours")
    assert too_big.reply == "not tried: 1001 octets, and the server takes 1000"
    assert (fits.result, len(far.accepted)) == ("accepted", 1)


async def test_a_connection_is_renewed_after_a_hundred_mails(server: FarServer, client: Client) -> None:
    talking = connection(server.url, client)

    await handed_over(talking, [letter(number) for number in range(201)])
    await talking.close()

    assert (len(server.accepted), server.connections) == (201, 3)


async def test_a_connection_is_renewed_after_some_minutes(server: FarServer, client: Client) -> None:
    talking = connection(server.url, client, replace(SHORT, age=0.2))

    await handed_over(talking, [letter(1)])
    await asyncio.sleep(0.25)
    await handed_over(talking, [letter(2)])
    await talking.close()

    assert (len(server.accepted), server.connections) == (2, 2)


@pytest.mark.parametrize("reply", ["530 5.7.0 authenticate first", "503 5.5.1 nested MAIL", "421 4.3.2 closing"])
async def test_what_is_not_about_the_recipient_is_no_bounce(server: FarServer, client: Client, reply: str) -> None:
    server.at_recipient = lambda address: reply

    assert (await sent(server.url, client)).result in ("lost", "deferred")


async def test_a_mail_is_sent_while_the_next_is_still_being_written(server: FarServer, client: Client) -> None:
    talking = connection(server.url, client)
    reported: list[int] = []
    first_is_there = asyncio.Event()

    async def letters() -> AsyncIterator[Letter]:
        yield letter(1)
        await first_is_there.wait()
        yield letter(2)

    def report(letter: Letter, outcome: Outcome) -> None:
        reported.append(letter.email_id)
        first_is_there.set()

    await talking.open()
    await talking.exchange(letters(), report)
    await talking.close()

    assert reported == [1, 2]
    assert server.connections == 1


async def test_who_is_cut_off_does_not_know_whether_the_mail_has_arrived(server: FarServer, client: Client) -> None:
    in_hand, reported = asyncio.Event(), list[Outcome]()
    server.hold(in_hand, asyncio.Event())
    talking = connection(server.url, client, Limits())
    await talking.open()
    exchange = asyncio.create_task(
        talking.exchange(each([letter(1), letter(2)]), lambda _, outcome: reported.append(outcome))
    )
    await in_hand.wait()

    exchange.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exchange

    assert reported == [Outcome("lost", "cut off", may_have_arrived=True, fault="session")]


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25", "smtp://host:port"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the messages are partly Python's)
        Server.read(url)


@pytest.mark.parametrize(
    ("url", "port"), [("smtp://h", 25), ("smtps://h", 465), ("smtp+starttls://h", 587), ("smtp://h:2525", 2525)]
)
def test_each_scheme_has_its_port(url: str, port: int) -> None:
    assert Server.read(url).port == port
