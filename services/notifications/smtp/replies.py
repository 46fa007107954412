"""What a server's reply means for an e-mail: whether it has it, and whose fault it is if not."""

import re
from typing import Literal

from ..domain import Fault, Outcome

# What was replied to: the sender's address, the recipient's, or the message (DATA, and after its last line).
Stage = Literal["sender", "recipient", "message"]

LONGEST_REPLY = 500
CLOSING = 421
UNAVAILABLE_NOW = 450
# Replies that speak of the session, or of how we signed in: the mail is as good as before.
PROTOCOL = frozenset({500, 502, 503, 504})
SIGN_IN = frozenset({530, 534, 535, 538})
# Enhanced codes (RFC 3463) of class 1 that speak of the sender's address.
SENDERS_ADDRESS = frozenset({7, 8})

_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})\b")
_ADDRESS = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()]+")
_UNKNOWN = re.compile(
    r"(user|recipient|mailbox|address|account)s? (is )?(unknown|not found|invalid|does not exist|doesn't exist)"
    r"|(unknown|invalid|no such|nonexistent) (local |virtual )?(user|recipient|mailbox|address|account|person)",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|block|black|polic|reputation|relay|spf|dkim|dmarc|authenti|unsolicited|rejected due|sender", re.IGNORECASE
)
# Microsoft 365 says this of a recipient that is not in the directory, as 5.4.1.
_NOT_IN_DIRECTORY = re.compile(r"5\.4\.1 recipient address rejected: access denied", re.IGNORECASE)


def outcome_of(stage: Stage, code: int, text: str) -> Outcome:
    """Return what a reply other than the hoped-for one means; every mail has one recipient."""
    reply = said(code, text)
    if code in SIGN_IN:
        return Outcome("lost", reply, fault="ours")
    if code in PROTOCOL or not 400 <= code < 600:
        return Outcome("lost", reply, fault="session")
    if code < 500:
        return Outcome("deferred", reply, fault=_fault_for_now(stage, code, text))
    return Outcome("refused", reply, fault=_fault_for_good(stage, code, text))


def said(code: int, text: str) -> str:
    """Return a reply as it is kept: one line of visible characters, without anybody's address."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return f"{code} {without_addresses(' '.join(text.split()))}"[:LONGEST_REPLY]


def without_addresses(text: str) -> str:
    """Return a text without anybody's address."""
    return _ADDRESS.sub("(address)", text)


def _fault_for_now(stage: Stage, code: int, text: str) -> Fault:
    """A server that has a trouble of its own (4.3.x, 4.4.x) says nothing of the mailbox."""
    match _enhanced(text):
        case (7 | 6, _):
            return "ours"
        case _ if code == CLOSING or stage == "sender":
            return "session"
        case (2, _):
            return "mailbox"
        case (1, _) if stage == "recipient":
            return "mailbox"
        case None if stage == "recipient" and code == UNAVAILABLE_NOW:
            return "mailbox"
        case _:
            return "session"


def _fault_for_good(stage: Stage, code: int, text: str) -> Fault:
    if stage == "sender":
        return "ours"
    match _enhanced(text):
        case (7 | 6, _) | (3, 4):
            return "ours"
        case (2, _):
            return "mailbox"
        case (1, detail) if detail in SENDERS_ADDRESS:
            return "ours"
        case (1, detail) if detail:
            return "address" if stage == "recipient" else "mailbox"
        case _:
            return _fault_in_words(stage, code, text)


def _fault_in_words(stage: Stage, code: int, text: str) -> Fault:
    """Where no code says it: only clear words speak against an address."""
    if stage == "recipient" and _NOT_IN_DIRECTORY.match(text.lstrip()):
        return "address"
    if _POLICY.search(text):
        return "ours"
    if stage == "recipient":
        return "address" if _UNKNOWN.search(text) else "ours" if code == 554 else "mailbox"
    return "mailbox" if code == 552 else "ours"


def _enhanced(text: str) -> tuple[int, int] | None:
    """Return subject and detail of the enhanced code that a reply begins with, if it has one."""
    found = _ENHANCED.match(text.lstrip())
    return (int(found[1]), int(found[2])) if found else None
