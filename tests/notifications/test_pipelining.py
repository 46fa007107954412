"""What only the pipelined client has to get right: far servers that are slow to answer, odd, or simply different."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from services.notifications.domain import Outcome
from services.notifications.smtp import Away, Letter
from services.notifications.smtp.commands import content, envelope
from tests.notifications.handing_over import MESSAGE, SHORT, connection, handed_over, letter

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ENVELOPE = b"250 2.1.0 fine\r\n250 2.1.5 fine\r\n354 go on\r\n"
TAKEN = b"250 2.0.0 taken\r\n"
END = b"\r\n.\r\n"


@asynccontextmanager
async def serving(serve: Serve, buffer: int | None = None) -> AsyncIterator[str]:
    """Run a server that greets, offers pipelining, and then does as told; give its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220-far.example\r\n220 at your service\r\n")
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readline()
            writer.write(b"250-far.example\r\n250-PIPELINING\r\n250-SIZE\r\n250 DSN\r\n")
            await serve(reader, writer)
        writer.close()

    listening = socket.create_server(("127.0.0.1", 0))
    if buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    server = await asyncio.start_server(talk, sock=listening)
    async with server:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


async def commands(reader: asyncio.StreamReader, count: int = 3) -> list[bytes]:
    """Read so many commands."""
    return [await reader.readline() for _ in range(count)]


async def test_a_message_leaves_with_the_next_envelope() -> None:
    async def answers_a_message_once_the_next_is_announced(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await commands(reader)
        writer.write(ENVELOPE)
        for number in range(1, 6):
            await reader.readuntil(END)
            await commands(reader, 3 if number < 5 else 0)
            writer.write(TAKEN + ENVELOPE if number < 5 else TAKEN)
        await reader.readline()

    async with serving(answers_a_message_once_the_next_is_announced) as url:
        talking = connection(url, "pipelined")
        found = await handed_over(talking, [letter(number) for number in range(1, 6)])
        await talking.close()

    assert [outcome.result for outcome in found.values()] == ["accepted"] * 5


@pytest.mark.parametrize(("to_the_empty_mail", "connections"), [(b"554 5.5.1 no recipients\r\n", 1), (TAKEN, 2)])
async def test_a_server_that_awaits_a_mail_for_nobody_gets_an_empty_one(
    to_the_empty_mail: bytes, connections: int
) -> None:
    messages: list[bytes] = []
    greeted = 0

    async def awaits_a_message_for_nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal greeted
        greeted += 1
        while (await reader.readline()).startswith(b"MAIL"):
            is_known = b"p1@" not in (await commands(reader, 2))[0]
            writer.write(ENVELOPE if is_known else b"250 fine\r\n550 5.1.1 unknown\r\n354 go on\r\n")
            message = await reader.readuntil(END if is_known else b".\r\n")
            writer.write(TAKEN if is_known else to_the_empty_mail)
            messages.append(message)

    async with serving(awaits_a_message_for_nobody) as url:
        talking = connection(url, "pipelined")
        found = await handed_over(talking, [letter(1), letter(2)])
        await talking.close()

    assert (found["p1@by.example"].result, found["p1@by.example"].fault) == ("refused", "address")
    assert found["p2@by.example"].result == "accepted"
    assert (messages[0], greeted) == (b".\r\n", connections)


async def test_a_reply_that_nobody_asked_for_is_taken_for_no_acceptance() -> None:
    async def says_one_thing_too_many(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await commands(reader)
        writer.write(ENVELOPE + TAKEN)
        await reader.read()

    async with serving(says_one_thing_too_many) as url:
        found = await handed_over(connection(url, "pipelined"), [letter(1)])

    assert found == {
        "p1@by.example": Outcome("lost", "more was said than asked", may_have_arrived=False, fault="session")
    }


async def test_a_server_that_takes_no_more_octets_is_given_up() -> None:
    async def reads_no_message(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await commands(reader)
        writer.write(ENVELOPE)
        await asyncio.sleep(3)

    limits = replace(SHORT, block=0.3, message=60)
    async with serving(reads_no_message, buffer=4096) as url:
        found = await handed_over(connection(url, "pipelined", limits), [letter(1, message=MESSAGE * 200_000)])

    assert found == {"p1@by.example": Outcome("lost", "nothing taken for 0 s", may_have_arrived=True, fault="session")}


async def test_a_slow_server_gets_all_the_time_it_needs_for_a_big_message() -> None:
    async def reads_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await commands(reader)
        writer.write(ENVELOPE)
        missing = len(message)
        while missing > 0:
            missing -= len(await reader.read(300_000))
            await asyncio.sleep(0.03)
        writer.write(TAKEN)
        await reader.readline()

    message = b"x" * 76 + b"\r\n"
    message *= 100_000
    async with serving(reads_slowly, buffer=65536) as url:
        talking = connection(url, "pipelined", replace(SHORT, block=0.3))
        found = await handed_over(talking, [letter(1, message=message)])
        await talking.close()

    assert found["p1@by.example"].result == "accepted"


async def test_a_server_that_closes_while_nothing_is_said_ends_the_exchange() -> None:
    async def closes_after_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await commands(reader)
        writer.write(ENVELOPE)
        await reader.readuntil(END)
        writer.write(TAKEN)
        await asyncio.sleep(0.1)
        writer.write(b"421 4.4.2 nothing to say?\r\n")

    async def one_and_then_none_for_long() -> AsyncIterator[Letter]:
        yield letter(1)
        await asyncio.sleep(60)

    reported: list[str] = []
    async with serving(closes_after_one) as url:
        talking = connection(url, "pipelined")
        await talking.open()
        async with asyncio.timeout(5):
            await talking.exchange(one_and_then_none_for_long(), lambda _, outcome: reported.append(outcome.result))
        await talking.open()
        await talking.close()

    assert reported == ["accepted"]


async def test_a_server_that_ends_it_before_the_first_mail_is_away() -> None:
    async def is_too_busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 4.3.2 too busy\r\n")

    async with serving(is_too_busy) as url:
        with pytest.raises(Away, match=r"421 4\.3\.2 too busy"):
            await handed_over(connection(url, "pipelined"), [letter(1)])


async def test_a_letter_that_cannot_be_fetched_costs_no_other() -> None:
    async def takes_everything(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).startswith(b"MAIL"):
            await commands(reader, 2)
            writer.write(ENVELOPE)
            await reader.readuntil(END)
            writer.write(TAKEN)

    async def one_and_then_an_error() -> AsyncIterator[Letter]:
        yield letter(1)
        raise LookupError

    reported: list[str] = []
    async with serving(takes_everything) as url:
        talking = connection(url, "pipelined")
        await talking.open()
        with pytest.raises(LookupError):
            await talking.exchange(one_and_then_an_error(), lambda _, outcome: reported.append(outcome.result))
        await talking.close()

    assert reported == ["accepted"]


def test_what_its_writer_vouches_for_is_sent_as_it_is() -> None:
    assert content(Letter(1, "", "anna@koege.example", b"a\n.b\r\n")) == b"a\r\n..b\r\n.\r\n"
    assert content(Letter(1, "", "anna@koege.example", b"a\r\nb\r\n", is_canonical=True)) == b"a\r\nb\r\n.\r\n"


def test_the_envelope_says_what_the_server_offers_to_hear() -> None:
    offers = {"SIZE": "1000000", "DSN": ""}
    bounce = Letter(2, "", "anna@koege.example", b"kort")

    assert envelope(letter(1, message=b"kort"), offers)[0] == (
        b"MAIL FROM:<b+1@mail.netvaerk.example> SIZE=4 RET=HDRS ENVID=b+2B1\r\n"
    )
    assert envelope(letter(1), {})[0] == b"MAIL FROM:<b+1@mail.netvaerk.example>\r\n"
    assert envelope(bounce, offers) == (b"MAIL FROM:<> SIZE=4\r\n", b"RCPT TO:<anna@koege.example>\r\n", b"DATA\r\n")
