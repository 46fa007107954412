"""As most write it: each e-mail by the standard library, signed by dkimpy, and sent by aiosmtplib's `send`."""

import asyncio
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
import dkim
import uvloop

from bench.mail.sample import Sample

from .peer import Asked, asked

# More do not help: it is the processor that is busy.
AT_ONCE = 4
SELECTOR, RELAXED = b"mail", (b"relaxed", b"relaxed")


async def main(asked: Asked, sample: Sample, key: bytes) -> None:
    """Send all, some at once."""
    numbers = iter(range(asked.mails))

    async def send() -> None:
        for number in numbers:
            mine = sample.to(number)
            octets = signed(written(mine), mine.sender, key)
            await aiosmtplib.send(
                octets,
                sender=mine.sender,
                recipients=[mine.address],
                hostname="127.0.0.1",
                port=asked.port,
                start_tls=False,
            )

    with asked.answered():
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))


def written(sample: Sample) -> bytes:
    """Write an invitation with text, HTML, calendar and attachment."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Danske Handelsbyer <{sample.sender}>"
    message["To"] = f"{sample.name} <{sample.address}>"
    message["Subject"] = sample.subject
    for name, value in sample.headers.items():
        message[name] = value
    message.set_content(sample.text)
    message.add_alternative(sample.html, subtype="html")
    message.add_alternative(sample.calendar, subtype="calendar", params={"method": "REQUEST"})
    message.add_attachment(sample.calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")
    return message.as_bytes()


def signed(octets: bytes, sender: str, key: bytes) -> bytes:
    """Put a signature like ours in front."""
    domain = sender.partition("@")[2].encode()
    signature: bytes = dkim.sign(octets, SELECTOR, domain, key, canonicalize=RELAXED)
    return signature + octets


if __name__ == "__main__":
    given = asked()
    uvloop.run(main(given, Sample.read(Path(given.sample)), Path(given.key).read_bytes()))
