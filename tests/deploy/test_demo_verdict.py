"""How the demo judges itself."""

from collections import Counter
from typing import Any

from deploy.local.demo.verdict import Verdict, by_kind
from deploy.local.mailbox.emails import Identity

WELCOME = Identity("anna@koege.example", "welcome", None, None)
INVITATION = Identity("anna@koege.example", "invitation", "one@handelsbyer.example", 0)


def judged(arrived: list[Identity], expected: list[Identity], **otherwise: Any) -> Verdict:
    found = Counter(arrived)
    return Verdict(
        **{
            "missing": Counter(expected) - found,
            "unexpected": found - Counter(expected),
            "rejected": (),
            "unanswered": 0,
            "sent": by_kind(found),
            "arrived": by_kind(found),
            **otherwise,
        }
    )


def test_all_is_well_where_every_expected_e_mail_is_there_once() -> None:
    assert judged([WELCOME, INVITATION], [INVITATION, WELCOME]).good


def test_a_missing_e_mail_is_named() -> None:
    verdict = judged([WELCOME], [WELCOME, INVITATION])

    assert not verdict.good
    assert list(verdict.lines()) == [
        "missing: 1 x invitation to anna@koege.example, UID one@handelsbyer.example, SEQUENCE 0"
    ]


def test_an_e_mail_that_is_there_twice_is_named() -> None:
    verdict = judged([WELCOME, WELCOME], [WELCOME])

    assert list(verdict.lines()) == ["not expected, or there twice: 1 x welcome to anna@koege.example"]


def test_a_rejected_message_is_not_overlooked() -> None:
    assert not judged([], [], rejected=({"message_id": "koege-joined", "faults": []},)).good
    assert not judged([], [], unanswered=1).good


def test_the_books_of_notifications_must_agree_with_what_arrived() -> None:
    assert not judged([WELCOME], [WELCOME], sent=Counter(welcome=2)).good


def test_a_long_list_is_cut_short() -> None:
    expected = [Identity(f"{number}@koege.example", "welcome", None, None) for number in range(100)]

    *_, last = judged([], expected).lines()

    assert last == "missing: and 90 others"
