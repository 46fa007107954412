"""The secretariat reads in Danish what is wrong with a message."""

import pytest

from services.membership.faults_in_danish import fault_in_words, key_in_words, note_in_words
from shared.contracts.upstream import Fault
from tests.membership.broken import BROKEN, EARLY

NAMED = sorted({named for broken in (*BROKEN, *EARLY) for named in broken.faults})


@pytest.mark.parametrize("named", NAMED, ids=lambda named: f"{named.field} {named.code}")
def test_every_fault_of_every_broken_message_is_said_in_danish(named: tuple[str, str, str]) -> None:
    field, code, right = named

    said = fault_in_words(Fault(field=field, code=code, reason="is wrong", expected=right), "da")

    assert said.language == "da"
    assert "is wrong" not in said.reason
    assert "{" not in said.expected


def test_a_fault_that_has_no_danish_words_is_said_in_english() -> None:
    fault = Fault(field="data.colour", code="too_bright", reason="is too bright", expected="a darker one")

    said = fault_in_words(fault, "da")

    assert (said.reason, said.expected, said.language) == ("is too bright", "a darker one", "en")


@pytest.mark.parametrize(
    ("code", "expected", "danish"),
    [
        ("too_long", "at most 200 characters", "højst 200 tegn"),
        ("unknown_kind", "one of association, partner", "en af association, partner"),
        ("source_not_allowed", "/a or /b", "/a eller /b"),
        (
            "source_not_allowed",
            "a source that the operator has registered for your system",
            "en kilde, som systemet bliver registreret for",
        ),
    ],
)
def test_what_would_be_right_keeps_its_numbers_and_lists(code: str, expected: str, danish: str) -> None:
    assert fault_in_words(Fault(field="x", code=code, reason="", expected=expected), "da").expected == danish


def test_a_place_in_a_list_of_contacts_is_a_contact() -> None:
    fault = Fault(field="data.contacts[3]", code="not_an_object", reason="is text", expected="a JSON object")

    assert fault_in_words(fault, "da").expected == "et JSON-objekt, der beskriver kontaktpersonen"


@pytest.mark.parametrize(
    ("note", "danish"),
    [
        ("is replayed already", "er der allerede taget stilling til"),
        ("we failed on it (ZeroDivisionError)", "vi fejlede på den (ZeroDivisionError)"),
        ("is not JSON: expected value at line 3 column 5", "er ikke JSON: linje 3, tegn 5 (expected value)"),
        ("something new", "something new"),
    ],
)
def test_why_nothing_came_of_a_message_is_said_in_danish(note: str, danish: str) -> None:
    assert note_in_words(note, "da") == danish
    assert note_in_words(note, "en") == note


def test_a_kind_of_fault_is_said_in_both_languages() -> None:
    key = "not_text data.contacts[].name"

    assert key_in_words(key, "da") == "data.contacts[].name er ikke tekst"
    assert key_in_words(key, "en") == "data.contacts[].name: not text"
