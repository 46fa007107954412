"""Whom the SPF record of a domain lets send (RFC 7208), as far as that can be read from its records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from .name_servers import Ask

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

VERSION = "v=spf1"
# Mail servers stop after so many, and then take the record for broken.
MOST_LOOKUPS = 10
_LOOKS_UP = frozenset({"a", "mx", "include", "redirect", "exists", "ptr"})


def records(ask: Ask, domain: str) -> list[str]:
    """Return the SPF records of a domain, of which there may be only one."""
    return [text for text in ask(domain, "TXT") if text.lower().split(" ")[0] == VERSION]


def ends_strictly(record: str) -> bool:
    """Tell whether a record says that nobody else sends, or leaves that to another record."""
    terms = record.lower().split()
    return "-all" in terms or "~all" in terms or any(term.startswith("redirect=") for term in terms)


@dataclass
class Sending:
    """What is found on the way through a record and those that it includes."""

    ask: Ask
    lookups: int = 0
    networks: list[Network] = field(default_factory=list)

    def follow(self, domain: str) -> None:
        """Take in whom a domain's record lets send, no further than mail servers would.

        Raise ValueError for what they take for broken: a term that they cannot read, or not one record where it leads.
        """
        found = records(self.ask, domain)
        if len(found) != 1:
            raise ValueError(f"{domain} has {len(found)} SPF records, and must have one")
        for term in found[0].split()[1:]:
            self._take_in(term.removeprefix("+"), domain)

    def lets(self, address: Address) -> bool:
        """Tell whether an address may send."""
        return any(address in network for network in self.networks)

    def _take_in(self, term: str, domain: str) -> None:
        name, value = _split(term)
        self.lookups += name in _LOOKS_UP
        if self.lookups > MOST_LOOKUPS or "%" in value:
            return
        match name:
            case "ip4" | "ip6":
                self.networks.append(ip_network(value, strict=False))
            case "a" | "mx":
                host, _, prefix = value.partition("/")
                self.networks += _networks(self.ask, name, host or domain, prefix.partition("/")[0])
            case "include" | "redirect":
                self.follow(value)


def addresses(ask: Ask, host: str) -> list[str]:
    """Return the addresses of a host."""
    return [*ask(host, "A"), *ask(host, "AAAA")]


def _split(term: str) -> tuple[str, str]:
    """Return the name of a term and its value: `a`, `a:host/24`, `a/24`, `redirect=domain`."""
    for position, character in enumerate(term):
        if character in ":=/":
            return term[:position].lower(), term[position + (character != "/") :]
    return term.lower(), ""


def _networks(ask: Ask, name: str, host: str, prefix: str) -> Iterator[Network]:
    hosts = [record.split()[-1] for record in ask(host, "MX")] if name == "mx" else [host]
    for address in (address for each in hosts for address in addresses(ask, each)):
        network = ip_network(address)
        yield network.supernet(new_prefix=int(prefix)) if prefix and network.version == 4 else network
