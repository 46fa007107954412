"""One invitation as it leaves us, which the peers send too: taken apart, and put together anew for each reader."""

import email.policy
from dataclasses import dataclass
from pathlib import Path
from typing import Self

WRITTEN_BY_PEERS = frozenset({"from", "to", "subject", "mime-version", "content-type", "dkim-signature"})


@dataclass(frozen=True)
class Sample:
    """What the invitation says; `name` and `address` are its reader's."""

    octets: bytes
    sender: str
    name: str
    address: str
    subject: str
    headers: dict[str, str]
    text: str
    html: str
    calendar: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Take an invitation apart."""
        octets = path.read_bytes()
        message = email.message_from_bytes(octets, policy=email.policy.default)
        parts = {part.get_content_type(): part for part in message.walk()}
        reader = message["to"].addresses[0]
        return cls(
            octets=octets,
            sender=str(message["from"].addresses[0].addr_spec),
            name=reader.display_name,
            address=reader.addr_spec,
            subject=str(message["subject"]),
            headers={name: str(value) for name, value in message.items() if name.lower() not in WRITTEN_BY_PEERS},
            text=parts["text/plain"].get_content(),
            html=parts["text/html"].get_content(),
            calendar=parts["text/calendar"].get_content().replace("\r\n ", ""),
        )

    def to(self, number: int) -> Self:
        """Return it as somebody else reads it, with every header and the link as they are."""
        name, address = f"{self.name[:-6]}{number:06d}", f"p{number:06d}@{self.address.partition('@')[2]}"

        def theirs(words: str) -> str:
            return words.replace(self.name, name).replace(self.address, address)

        return type(self)(
            octets=self.octets,
            sender=self.sender,
            name=name,
            address=address,
            subject=self.subject,
            headers=self.headers,
            text=theirs(self.text),
            html=theirs(self.html),
            calendar=theirs(self.calendar),
        )
