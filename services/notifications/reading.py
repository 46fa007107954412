"""An e-mail read back from its octets, as a mail program would read it."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class Read:
    """What its reader gets: from whom, to whom, about what, both bodies, and the calendar part where there is one."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    calendar: str | None


def read(octets: bytes) -> Read:
    """Read a message of ours."""
    message = message_from_bytes(octets, policy=policy.default)
    bodies = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    calendar = bodies.get("text/calendar")
    return Read(
        sender=str(message["From"]),
        recipient=str(message["To"]),
        subject=str(message["Subject"]),
        text=_content(bodies["text/plain"]),
        html=_content(bodies["text/html"]),
        calendar=_content(calendar) if calendar else None,
    )


def _content(part: EmailMessage) -> str:
    return str(part.get_content())
