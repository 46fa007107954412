"""What the operator is told of the domain's records, and that what is pasted then mends it."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.notifications.commands.check_domain import look
from services.notifications.dns.name_servers import NoAnswer
from services.notifications.dns.records import Mail
from tests.notifications.keys import KEY, SIGNER, pem
from tests.notifications.name_server import NameServer, name_server
from tests.notifications.test_mail_test import ROOT, SETTINGS

MAIL = Mail("mail.by.example", "by.example", "mail", SIGNER.public_key, "ud.by.example", "sekretariat@by.example")
RIGHT = {
    ("mail.by.example", "TXT"): ["anything else", "v=spf1 include:_spf.by.example -all"],
    ("_spf.by.example", "TXT"): ["v=spf1 a:ud.by.example/28 ip6:2001:db8::/32 ~all"],
    ("mail._domainkey.mail.by.example", "TXT"): [f"v=DKIM1; k=rsa; p={SIGNER.public_key}"],
    ("_dmarc.by.example", "TXT"): ["v=DMARC1; p=reject; rua=mailto:dmarc@by.example"],
    ("mail.by.example", "MX"): ["10 ind.by.example."],
    ("by.example", "MX"): ["10 ind.by.example."],
    ("ind.by.example.", "A"): ["192.0.2.2"],
    ("_smtp._tls.mail.by.example", "TXT"): ["v=TLSRPTv1; rua=mailto:tls@by.example"],
    ("ud.by.example", "A"): ["192.0.2.1"],
    ("ud.by.example", "AAAA"): ["2001:db8::1"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["ud.by.example"],
    ("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "PTR"): ["ud.by.example"],
}
SPF, TXT = "mail.by.example", "TXT"
DKIM, DMARC, TLS = "mail._domainkey.mail.by.example", "_dmarc.by.example", "_smtp._tls.mail.by.example"


def wrong_in(records: dict[tuple[str, str], list[str]], mail: Mail = MAIL) -> list[str]:
    """Return what is wrong with some records, each with what it is about."""
    findings = look(lambda name, kind: records.get((name, kind), []), mail)
    return [f"{finding.purpose.partition(':')[0]}: {finding.wrong}" for finding in findings if finding.wrong]


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert wrong_in(RIGHT) == []


@pytest.mark.parametrize(
    ("name", "kind", "values", "wrong"),
    [
        (SPF, TXT, ["v=spf10 -all"], "SPF: there is none"),
        (SPF, TXT, ["v=spf1 -all", "v=spf1 mx -all"], "SPF: there are 2, and mail servers then heed none"),
        (SPF, TXT, ["v=spf1 a:ud.by.example ?all"], "SPF: it ends in neither -all nor ~all, so anybody may send"),
        (SPF, TXT, ["v=spf1 mx -a:ud.by.example -all"], "SPF: it does not let 192.0.2.1, 2001:db8::1 send"),
        (SPF, TXT, ["v=spf1 ip4:192.0.2.1 -all"], "SPF: it does not let 2001:db8::1 send"),
        (SPF, TXT, ["v=spf1 ip4:192.0.2 -all"], "SPF: mail servers cannot read it"),
        ("_spf.by.example", TXT, [], "SPF: mail servers cannot read it: _spf.by.example has 0 SPF records"),
        (SPF, TXT, ["v=spf1 a:ud.by.example" + " exists:x" * 10 + " -all"], "SPF: it takes more than 10 look-ups"),
        (SPF, TXT, ["v=spf1 a:ud.by.example include:mail.by.example -all"], "SPF: it takes more than 10 look-ups"),
        (DKIM, TXT, [], "DKIM: there is none"),
        (DKIM, TXT, ["v=DKIM1; p=MIIBIjAN"], "DKIM: it is another key than ours"),
        (DKIM, TXT, ["v=DKIM1; p="], "DKIM: it says that the key is withdrawn"),
        (DKIM, TXT, [f"v=DKIM1; t=y; p={SIGNER.public_key}"], "DKIM: t=y says that it is a test"),
        (DKIM, TXT, [f"v=DKIM1; h=sha1; p={SIGNER.public_key}"], "DKIM: it allows no signatures like ours"),
        (DMARC, TXT, [], "DMARC: there is none"),
        (DMARC, TXT, ["v=DMARC1; p=nothing; rua=mailto:a@b.example"], "DMARC: its p is none of"),
        (DMARC, TXT, ["v=DMARC1; p=none"], "DMARC: it says not where to report (rua)"),
        (DMARC, TXT, ["v=DMARC1; p=none; rua=mailto:a@b.example; adkim=s"], "DMARC: adkim=s wants by.example itself"),
        (SPF, "MX", [], "MX: there is none"),
        ("by.example", "MX", ["0 ."], "MX: it says that the domain takes no e-mail"),
        ("by.example", "MX", ["10 lost.by.example."], "MX: lost.by.example. has no address"),
        (TLS, TXT, ["v=TLSRPTv1"], "TLS-RPT: it says not where to report (rua)"),
        ("1.2.0.192.in-addr.arpa", "PTR", [], "PTR: there is none"),
        ("1.2.0.192.in-addr.arpa", "PTR", ["ind.by.example."], "PTR: none of its names leads back"),
    ],
)
def test_what_is_wrong_is_said(name: str, kind: str, values: list[str], wrong: str) -> None:
    (said,) = wrong_in({**RIGHT, (name, kind): values})

    assert said.startswith(wrong)


def test_a_sender_elsewhere_than_the_signature_is_not_aligned() -> None:
    records = {
        **RIGHT,
        ("_dmarc.ribe.example", "TXT"): RIGHT[DMARC, TXT],
        ("ribe.example", "MX"): ["10 ind.by.example."],
    }

    (said,) = wrong_in(records, replace(MAIL, from_domain="ribe.example"))

    assert said.startswith("DMARC: mail.by.example, which signs, does not belong to ribe.example")


def test_where_no_name_server_answers_nothing_is_called_right_or_missing() -> None:
    def ask(name: str, kind: str) -> list[str]:
        raise NoAnswer(f"{name} {kind}", "LifetimeTimeout")

    assert {finding.wrong for finding in look(ask, MAIL)} == {"no name server answers: LifetimeTimeout"}


@pytest.fixture
async def dns() -> AsyncIterator[NameServer]:
    async with name_server() as running:
        yield running


async def check_domain(dns: NameServer, key: Path, *arguments: str) -> tuple[int | None, str]:
    """Run the command and return its status and what it printed."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.notifications", "check-domain", f"--name-server=127.0.0.1#{dns.port}"),
        *arguments,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SETTINGS, "SMTP_URL": "smtp://127.0.0.1", "DKIM_KEY_FILE": str(key)},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await program.communicate()
    return program.returncode, printed.decode()


async def test_what_is_to_be_pasted_mends_what_is_wrong(dns: NameServer, tmp_path: Path) -> None:
    key = tmp_path / "dkim_key"
    key.write_text(pem(KEY))
    dns.records = ["ud.handelsbyer.example A 192.0.2.1"]

    status, printed = await check_domain(dns, key, "--sending-host=ud.handelsbyer.example")
    pasted = re.findall("  paste:  (.*)", printed)
    dns.records += [line.replace("<the host that takes your e-mail>", "ud.handelsbyer.example") for line in pasted]
    mended = await check_domain(dns, key, "--sending-host=ud.handelsbyer.example")

    assert (status, len(pasted)) == (1, 6)
    assert printed.endswith("6 of 6 to mend\n")
    assert mended[0] == 0, mended[1]
    assert mended[1].endswith("nothing to mend\n")


async def test_a_name_server_is_given_by_its_address(dns: NameServer, tmp_path: Path) -> None:
    status, _ = await check_domain(dns, tmp_path / "dkim_key", "--name-server=ns.by.example")

    assert status == 2
