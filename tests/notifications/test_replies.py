"""What a mail server's reply means: real ones, and whose fault each is."""

import pytest

from services.notifications.smtp.replies import Stage, outcome_of

NOBODY_IS_THERE = [
    "550 5.1.1 <anna@koege.example>: Recipient address rejected: User unknown in local recipient table",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 5.1.2 The domain does not accept mail",
    "553 5.1.3 The recipient address is not a valid RFC 5321 address",
    "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    "550 No such user here",
    "550 Unknown user",
]
NO_MAIL_NOW = [
    "550 5.2.1 The email account that you tried to reach is disabled",
    "552 5.2.2 The recipient's mailbox is over quota",
    "550 Requested action not taken: mailbox unavailable",
    "450 4.2.0 greylisted, see http://postgrey.example",
    "450 4.1.1 unverified recipient address",
    "450 mailbox unavailable",
]
OUR_FAULT = [
    "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
    "550 5.7.26 This mail is unauthenticated",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "554 5.7.1 <anna@koege.example>: Relay access denied",
    "552 5.3.4 Message size exceeds fixed limit",
    "550 5.1.8 Sender's domain does not exist",
    "550 relaying denied",
    "554 no SMTP service for you here",
    "451 4.7.500 Server busy. Please try again later",
]
ANOTHERS_TROUBLE = ["451 4.3.0 temporary lookup failure", "451 4.4.1 no answer from the next host", "452 no space left"]


def outcome(stage: Stage, reply: str) -> tuple[str, str | None]:
    code, _, text = reply.partition(" ")
    found = outcome_of(stage, int(code), text)
    return found.result, found.fault


@pytest.mark.parametrize(
    ("replies", "fault"),
    [
        (NOBODY_IS_THERE, "address"),
        (NO_MAIL_NOW, "mailbox"),
        (OUR_FAULT, "ours"),
        (ANOTHERS_TROUBLE, "session"),
    ],
)
def test_what_is_said_to_a_recipients_address_is_not_always_about_it(replies: list[str], fault: str) -> None:
    found = {reply: outcome("recipient", reply) for reply in replies}

    assert found == {reply: ("deferred" if reply[0] == "4" else "refused", fault) for reply in replies}


@pytest.mark.parametrize(
    ("reply", "result", "fault"),
    [
        ("554 5.7.1 message looks like spam", "refused", "ours"),
        ("554 5.6.0 message content rejected", "refused", "ours"),
        ("550 refused", "refused", "ours"),
        ("552 5.2.2 mailbox full", "refused", "mailbox"),
        ("550 5.1.1 unknown after all", "refused", "mailbox"),
        ("451 4.3.0 queue file write error", "deferred", "session"),
        ("450 not now", "deferred", "session"),
        ("452 4.2.2 mailbox full", "deferred", "mailbox"),
    ],
)
def test_what_is_said_to_the_message_never_says_that_nobody_is_there(reply: str, result: str, fault: str) -> None:
    assert outcome("message", reply) == (result, fault)


@pytest.mark.parametrize("reply", ["550 5.1.1 unknown", "550 5.2.1 disabled", "553 no such user", "552 too large"])
def test_what_is_said_to_the_senders_address_speaks_of_us(reply: str) -> None:
    assert outcome("sender", reply) == ("refused", "ours")


@pytest.mark.parametrize("stage", ["sender", "recipient", "message"])
@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("503 5.5.1 nested MAIL command", "session"),
        ("500 5.5.2 unknown command", "session"),
        ("220 hello again", "session"),
        ("999 5.1.1 unknown", "session"),
        ("530 5.7.0 authenticate first", "ours"),
        ("535 5.7.8 wrong password", "ours"),
    ],
)
def test_a_session_that_went_wrong_costs_no_mail(stage: Stage, reply: str, fault: str) -> None:
    assert outcome(stage, reply) == ("lost", fault)


@pytest.mark.parametrize("stage", ["sender", "recipient", "message"])
def test_a_server_that_closes_says_nothing_of_the_mail(stage: Stage) -> None:
    assert outcome(stage, "421 4.3.2 closing") == ("deferred", "session")
    assert outcome(stage, "421 4.2.1 too many connections") == ("deferred", "session")


def test_a_reply_is_kept_as_one_line_without_an_address() -> None:
    found = outcome_of("recipient", 550, "5.1.1 <anna@koege.example>:\nunknown")

    assert found.reply == "550 5.1.1 <(address)>: unknown"
