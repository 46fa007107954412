"""A real Postfix as the next server: encrypted, signed in, delivered to a mailbox, and read there."""

from collections.abc import AsyncIterator
from email import message_from_bytes, policy

import pytest

from services.notifications.smtp import Away, Client, Limits
from tests.conftest import or_say_what_to_do
from tests.notifications.conftest import Invited, Service
from tests.notifications.handing_over import connection, handed_over, letter
from tests.notifications.keys import SIGNER, verifies
from tests.notifications.postfix import Postfix, running_postfix

ANNA = "anna@koege.example"
HARD = b"From: a@b.example\r\nTo: c@d.example\r\nDate: Tue, 24 Nov 2026 12:00:00 +0100\r\nMessage-ID: <1@b.example>\r\n"
HARD += b"\r\n.\r\n..to\r\n" + b"x" * 990 + b"\r\n.\r\n\r\nslut\r\n"
BOTH: list[Client] = ["pipelined", "aiosmtplib"]


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Postfix]:
    async with or_say_what_to_do(), running_postfix(ANNA) as found:
        yield found


@pytest.fixture
def postfix(running: Postfix, monkeypatch: pytest.MonkeyPatch) -> Postfix:
    """A Postfix whose certificate this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(running.folder / "localhost.pem"))
    return running


async def test_an_invitation_lies_in_a_real_mailbox_as_it_was_signed(
    service: Service, invited: Invited, postfix: Postfix
) -> None:
    service.signer = SIGNER

    await service.deliver(postfix)

    (octets,) = await postfix.fetched(1)
    message = message_from_bytes(octets, policy=policy.default)
    _, invitation = await service.emails()
    assert (invitation["state"], "queued as" in invitation["reply"]) == ("sent", True)
    assert message["Message-ID"] == invitation["message_id"]
    assert message["Return-Path"].startswith("<b+")
    assert {"REQUEST"} == {part.get_param("method") for part in message.walk() if part.get_param("method")}
    assert verifies(octets)
    assert not verifies(octets.replace(b"\r\nSubject: ", b"\r\nSubject: Re: "))


async def test_both_clients_hand_over_the_same_octets_and_read_the_same_replies(postfix: Postfix) -> None:
    letters = [letter(1, ANNA, HARD), letter(2, "bo@koege.example"), letter(3, "anna@other.example", b"x" * 100_001)]

    found = {}
    for client in BOTH:
        talking = connection(postfix.url, client, Limits())
        found[client] = await handed_over(talking, letters)
        await talking.close()

    assert {to: (outcome.result, outcome.fault) for to, outcome in found["pipelined"].items()} == {
        ANNA: ("accepted", None),
        "bo@koege.example": ("refused", "address"),
        "anna@other.example": ("refused", "ours"),
    }
    assert all(found["pipelined"][to].fault == outcome.fault for to, outcome in found["aiosmtplib"].items())
    assert all(octets.endswith(b"\r\n" + HARD) for octets in await postfix.fetched(2))


@pytest.mark.parametrize("client", BOTH)
async def test_a_wrong_password_is_said_and_nothing_is_sent(postfix: Postfix, client: Client) -> None:
    with pytest.raises(Away, match="535"):
        await connection(postfix.url_of("wrong"), client, Limits()).open()
