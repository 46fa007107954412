"""What DNS holds under a name, as text."""

from collections.abc import Callable

import dns.exception
import dns.name
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.resolver

SECONDS = 5.0

# Takes a name and a type of record, and returns the values; none where there are none. Raises NoAnswer.
Ask = Callable[[str, str], list[str]]


class NoAnswer(Exception):
    """No name server could be asked, so nothing is known."""

    def __init__(self, question: str, why: str) -> None:
        super().__init__(f"no name server answers: {why}")
        self.question = question


def asking(server: str | None) -> Ask:
    """Return what asks one name server, given as ADDRESS or ADDRESS#PORT, or those that this machine uses."""
    resolver = dns.resolver.Resolver(configure=server is None)
    if server is not None:
        address, _, port = server.partition("#")
        resolver.nameservers, resolver.port = [address], int(port or 53)
    resolver.lifetime = SECONDS

    def ask(name: str, kind: str) -> list[str]:
        try:
            answer = resolver.resolve(dns.name.from_text(name), kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.EmptyLabel):
            return []
        except dns.exception.DNSException as why:
            raise NoAnswer(f"{name} {kind}", type(why).__name__) from why
        return [_text(record) for record in answer]

    return ask


def _text(record: object) -> str:
    """A text may be in several strings, which belong together."""
    if isinstance(record, dns.rdtypes.txtbase.TXTBase):
        return b"".join(record.strings).decode("utf-8", "replace")
    return str(record)
