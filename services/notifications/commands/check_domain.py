"""Says what DNS must hold for our mail, what it holds, and what to paste: for the operator who goes public."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..dns import policies as dns_policies
from ..dns import records as dns_records
from ..dns.name_servers import Ask, NoAnswer, asking
from ..dns.records import Finding, Mail
from ..settings import Settings
from ..writing.dkim import Signer

if TYPE_CHECKING:
    from shared.cli import Commands

DESCRIPTION = """\
Looks up the records that others judge our e-mails by: SPF, DKIM, DMARC, MX, PTR and TLS-RPT. Of each it says what it is
for, what DNS holds, what is wrong with that, and the record to paste. Exits 0 where nothing is wrong. The domain, the
sender, the key and its selector are those of the settings; to look at the next key before it signs, set DKIM_SELECTOR
and DKIM_KEY_FILE to it for this one command.
"""


def add_check_domain(commands: "Commands") -> None:
    """Add `check-domain`, which exits 0 where DNS holds what it must."""
    parser = commands.add_parser(
        "check-domain",
        help="say what DNS must hold for our mail, and what it holds",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sending-host", metavar="HOST", help="what connects to others' mail servers, where that is a host of yours"
    )
    parser.add_argument(
        "--name-server",
        type=_name_server,
        metavar="ADDRESS[#PORT]",
        help="ask this one, such as the one that holds your records",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    mail = _mail(Settings.read(), args.sending_host)
    findings = list(look(args.name_server or asking(None), mail))
    wrong = [finding for finding in findings if finding.wrong]
    sys.stdout.write("\n\n".join(map(_in_words, findings)) + "\n\n")
    if mail.host is None:
        sys.stdout.write("PTR was not looked at: say with --sending-host what connects to others' mail servers\n")
    sys.stdout.write(f"{len(wrong)} of {len(findings)} to mend\n" if wrong else "nothing to mend\n")
    raise SystemExit(1 if wrong else 0)


def _name_server(written: str) -> Ask:
    try:
        return asking(written)
    except ValueError:
        raise argparse.ArgumentTypeError("is no address with or without a port, such as 192.0.2.53#53") from None


def look(ask: Ask, mail: Mail) -> Iterator[Finding]:
    """Look at each record; where no name server answers, that is what is wrong."""
    checks: list[Callable[[], Finding | list[Finding]]] = [
        lambda: dns_policies.sender_policy(ask, mail),
        lambda: dns_policies.key_record(ask, mail),
        lambda: dns_policies.alignment_policy(ask, mail),
        *(partial(dns_records.mail_servers, ask, domain) for domain in dict.fromkeys([mail.domain, mail.from_domain])),
        lambda: dns_records.reports(ask, mail),
        lambda: dns_records.names_of_host(ask, mail.host) if mail.host else [],
    ]
    for check in checks:
        try:
            found = check()
        except NoAnswer as why:
            found = Finding(why.question, why.question, [], str(why), None)
        yield from [found] if isinstance(found, Finding) else found


def _mail(settings: Settings, host: str | None) -> Mail:
    signer = None
    if settings.dkim_key is not None:
        signer = Signer(settings.mail_domain, settings.dkim_selector, settings.dkim_key.get_secret_value())
    return Mail(
        domain=settings.mail_domain,
        from_domain=settings.mail_from.partition("@")[2],
        selector=settings.dkim_selector,
        key=signer.public_key if signer else None,
        host=host,
        reports_to=settings.reply_to,
    )


def _in_words(finding: Finding) -> str:
    lines = [finding.purpose, *(f"  found:  {value}" for value in finding.found or ["nothing"])]
    if finding.wrong is None:
        return "\n".join([*lines, "  right"])
    lines.append(f"  wrong:  {finding.wrong}")
    return "\n".join([*lines, f"  paste:  {finding.name} {finding.paste}"] if finding.paste else lines)
