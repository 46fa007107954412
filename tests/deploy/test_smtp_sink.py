"""The SMTP sink keeps every mail, as it came."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
import pytest

from deploy.local.outside import Outside
from deploy.local.run import claimed
from deploy.local.servers import SmtpAddress, smtp
from tests.support.processes import listening, started_in

MAIL = "Subject: Møde i Køge\r\nMessage-ID: <1@handelsbyer.example>\r\n\r\nKære Åse\r\n.\r\n..og en prik\r\n".encode()


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[SmtpAddress]:
    """A sink that runs as a program of its own, as in the local stack."""
    async with claimed(tmp_path / "run") as run:
        yield await smtp(run, Outside(), say=lambda line: None)


async def send(sink: SmtpAddress, mail: bytes) -> None:
    server = urlsplit(sink.url)
    async with aiosmtplib.SMTP(hostname=server.hostname, port=server.port) as client:
        await client.sendmail("network@handelsbyer.example", ["aase@koege.example"], mail)


def kept(sink: SmtpAddress) -> list[bytes]:
    assert sink.folder is not None
    return [path.read_bytes() for path in sorted(sink.folder.iterdir())]


async def test_a_mail_is_kept_byte_for_byte(sink: SmtpAddress) -> None:
    await send(sink, MAIL)

    assert kept(sink) == [MAIL]


async def test_each_mail_is_a_file_of_its_own_in_the_order_of_arrival(sink: SmtpAddress) -> None:
    mails = [b"Subject: %d\r\n\r\nthe same\r\n" % number for number in (1, 2, 2, 3)]

    for mail in mails:
        await send(sink, mail)

    assert kept(sink) == mails


async def test_the_sink_listens_to_this_machine_alone(sink: SmtpAddress, tmp_path: Path) -> None:
    assert listening(started_in(tmp_path / "run")) == {("127.0.0.1", urlsplit(sink.url).port)}
