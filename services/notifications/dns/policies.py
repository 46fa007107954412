"""What DNS must hold so that others believe that our e-mails are ours: SPF, DKIM and DMARC."""

from ipaddress import ip_address

from . import spf
from .name_servers import Ask
from .records import Finding, Mail, tags


def sender_policy(ask: Ask, mail: Mail) -> Finding:
    """SPF: who may send."""
    found = spf.records(ask, mail.domain)
    sender = f"a:{mail.host}" if mail.host else "include:<the name that your mail provider gives you>"
    if len(found) > 1:
        wrong: str | None = f"there are {len(found)}, and mail servers then heed none"
    else:
        wrong = _wrong_with_policy(ask, mail, found[0]) if found else "there is none"
    fit = _mended(found[0] if len(found) == 1 else spf.VERSION, sender)
    return Finding.of_text(mail.domain, f"SPF: which hosts send e-mail of {mail.domain}", found, wrong, fit)


def key_record(ask: Ask, mail: Mail) -> Finding:
    """DKIM: what our signatures are checked with."""
    name = f"{mail.selector}._domainkey.{mail.domain}"
    found = ask(name, "TXT")
    if mail.key is None:
        wrong: str | None = "there is no key, so nothing is signed: set DKIM_KEY_FILE, then ask again"
    elif len(found) != 1:
        wrong = f"there are {len(found)}, and only one may stand" if found else "there is none"
    else:
        wrong = _wrong_with_key(tags(found[0]), mail.key)
    purpose = "DKIM: the key that our signatures are checked with"
    return Finding.of_text(name, purpose, found, wrong, f"v=DKIM1; k=rsa; p={mail.key or '<the public key>'}")


def alignment_policy(ask: Ask, mail: Mail) -> Finding:
    """DMARC: what others do with e-mails in our name that neither SPF nor DKIM speak for."""
    home, found = _policy_of(ask, mail.from_domain)
    if len(found) > 1:
        wrong: str | None = f"there are {len(found)}, and mail servers then heed none"
    else:
        wrong = _wrong_with_alignment(tags(found[0]), mail, home) if found else "there is none"
    purpose = f"DMARC: what others do with what is not from us but says {mail.from_domain}"
    return Finding.of_text(f"_dmarc.{home}", purpose, found, wrong, f"v=DMARC1; p=none; rua=mailto:{mail.reports_to}")


def _wrong_with_policy(ask: Ask, mail: Mail, record: str) -> str | None:
    sending = spf.Sending(ask)
    try:
        sending.follow(mail.domain)
    except ValueError as why:
        return f"mail servers cannot read it: {why}"
    left_out = (
        [each for each in spf.addresses(ask, mail.host) if not sending.lets(ip_address(each))] if mail.host else []
    )
    if left_out:
        return f"it does not let {', '.join(left_out)} send, which {mail.host} has"
    if sending.lookups > spf.MOST_LOOKUPS:
        return f"it takes more than {spf.MOST_LOOKUPS} look-ups, after which mail servers stop"
    return None if spf.ends_strictly(record) else "it ends in neither -all nor ~all, so anybody may send"


def _mended(record: str, sender: str) -> str:
    kept = [term for term in record.split() if term.lower().lstrip("+-~?") != "all"]
    missing = len(kept) == 1 or not sender.startswith("include:<")
    return " ".join([*kept, *([sender] if missing and sender not in kept else []), "-all"])


def _wrong_with_key(found: dict[str, str], key: str) -> str | None:
    if found.get("p") == "":
        return "it says that the key is withdrawn"
    if found.get("p") != key:
        return "it is another key than ours, so every signature fails"
    if found.get("k", "rsa") != "rsa" or "sha256" not in found.get("h", "sha256"):
        return "it allows no signatures like ours (k=rsa, h=sha256)"
    return "t=y says that it is a test, so nobody heeds it" if "y" in found.get("t", "").split(":") else None


def _policy_of(ask: Ask, domain: str) -> tuple[str, list[str]]:
    """Return the domain whose policy holds for a domain, its own or one above it, and what stands there."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        home = ".".join(labels[start:])
        if found := [text for text in ask(f"_dmarc.{home}", "TXT") if text.lower().startswith("v=dmarc1")]:
            return home, found
    return domain, []


def _wrong_with_alignment(found: dict[str, str], mail: Mail, home: str) -> str | None:
    if found.get("p") not in ("none", "quarantine", "reject"):
        return "its p is none of none, quarantine, reject"
    if not f".{mail.domain}".endswith(f".{home}"):
        return f"{mail.domain}, which signs, does not belong to {home}: choose MAIL_FROM at {mail.domain}"
    strict = [tag for tag in ("adkim", "aspf") if found.get(tag) == "s"]
    if strict and mail.domain != mail.from_domain:
        return f"{strict[0]}=s wants {mail.from_domain} itself to sign, not {mail.domain}"
    return None if found.get("rua") else "it says not where to report (rua), so you learn of no failure"
