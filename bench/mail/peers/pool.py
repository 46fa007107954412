"""Four connections of aiosmtplib that are kept, with an e-mail that is written and signed already."""

import asyncio
from pathlib import Path

import aiosmtplib
import uvloop

from bench.mail.sample import Sample

from .peer import Asked, asked

CONNECTIONS = 4


async def main(asked: Asked) -> None:
    """Send it again and again, to somebody else each time."""
    sample = Sample.read(Path(asked.sample))
    readers = iter([sample.to(number).address for number in range(asked.mails)])

    async def send() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=asked.port, start_tls=False) as client:
            for address in readers:
                await client.sendmail(sample.sender, [address], sample.octets)

    with asked.answered():
        await asyncio.gather(*(send() for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    uvloop.run(main(asked()))
