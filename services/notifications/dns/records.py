"""What DNS must hold for our mail, and what is wrong with what it holds: where it comes from and where answers go."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

from . import spf
from .name_servers import Ask

# The most that one string of a TXT record holds.
STRING_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Mail:
    """Our mail, as DNS must speak of it.

    `domain` is that of signatures and return paths, `from_domain` that of the sender whom readers see. `host` is what
    connects to the mail servers of others, where that is known, and `key` the public key in base64, where there is one.
    """

    domain: str
    from_domain: str
    selector: str
    key: str | None
    host: str | None
    reports_to: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One record: what it is for, what DNS holds, what is wrong with that if anything, and what to paste then."""

    name: str
    purpose: str
    found: Sequence[str]
    wrong: str | None
    paste: str | None

    @classmethod
    def of_text(cls, name: str, purpose: str, found: Sequence[str], wrong: str | None, text: str) -> Self:
        """Return a finding on a TXT record."""
        strings = [text[start : start + STRING_CHARACTERS] for start in range(0, len(text), STRING_CHARACTERS)]
        return cls(f"{name}. TXT", purpose, found, wrong, " ".join(f'"{string}"' for string in strings))


def mail_servers(ask: Ask, domain: str) -> Finding:
    """MX: where answers and bounces go."""
    found = ask(domain, "MX")
    hosts = [record.split()[-1] for record in found]
    lost = [host for host in hosts if not spf.addresses(ask, host)]
    wrong = None
    if not hosts:
        wrong = "there is none, so neither answers nor bounces reach us"
    elif "." in hosts:
        wrong = "it says that the domain takes no e-mail"
    elif lost:
        wrong = f"{lost[0]} has no address"
    purpose = f"MX: which host takes e-mail to {domain}"
    return Finding(f"{domain}. MX", purpose, found, wrong, "10 <the host that takes your e-mail>.")


def reports(ask: Ask, mail: Mail) -> Finding:
    """TLS-RPT: where others report that they could not encrypt what they sent us."""
    name = f"_smtp._tls.{mail.domain}"
    found = [text for text in ask(name, "TXT") if text.lower().startswith("v=tlsrptv1")]
    wrong = None
    if len(found) != 1:
        wrong = f"there are {len(found)}, and only one may stand" if found else "there is none"
    elif not tags(found[0]).get("rua"):
        wrong = "it says not where to report (rua)"
    purpose = "TLS-RPT: where others report that e-mail to us could not be encrypted"
    return Finding.of_text(name, purpose, found, wrong, f"v=TLSRPTv1; rua=mailto:{mail.reports_to}")


def names_of_host(ask: Ask, host: str) -> list[Finding]:
    """PTR: each address of the host that sends leads to a name, and that back to the address."""
    return [_name_of(ask, host, address) for address in spf.addresses(ask, host)] or [
        Finding(f"{host}. A", "PTR: the host that sends has a name", [], "it has no address", "<its address>")
    ]


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record such as `v=DKIM1; k=rsa`."""
    pairs = (tag.partition("=") for tag in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs if name.strip()}


def _name_of(ask: Ask, host: str, address: str) -> Finding:
    reverse = ip_address(address).reverse_pointer
    names = ask(reverse, "PTR")
    leads_back = any(address in spf.addresses(ask, name) for name in names)
    wrong = None if leads_back else "none of its names leads back to the address" if names else "there is none"
    purpose = f"PTR: {address}, which sends, has a name; whoever gave you the address enters it"
    return Finding(f"{reverse}. PTR", purpose, names, wrong, f"{host}.")
