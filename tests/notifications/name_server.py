"""A name server of the tests' own on 127.0.0.1, which holds the records that a test gives it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers from `records`: lines as they stand in a zone, such as `mail.by.example. MX 10 mx.by.example.`"""

    records: list[str] = field(default_factory=list)
    port: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, datagram: bytes, sender: tuple[str, int]) -> None:
        asked = dns.message.from_wire(datagram)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        (question,) = asked.question
        for line in self.records:
            name, kind, value = line.split(" ", 2)
            held = dns.rrset.from_text(name.rstrip(".") + ".", 60, "IN", kind, value)
            if (held.name, held.rdtype) == (question.name, question.rdtype):
                for record in held:
                    answer.find_rrset(answer.answer, held.name, held.rdclass, held.rdtype, create=True).add(record, 60)
        if not answer.answer:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), sender)


@asynccontextmanager
async def name_server() -> AsyncIterator[NameServer]:
    """Run one on a free port."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    server.port = transport.get_extra_info("sockname")[1]
    try:
        yield server
    finally:
        transport.close()
