"""The data of a message is shown line by line, with each fault at its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.membership.lines import in_text, visible, written
from services.membership.marks import Line, marked
from shared.contracts.upstream import FORBIDDEN, Fault
from tests.support.builders import contact, joined

DATA = joined("koege", contact("anna"), contact("bo")).data
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


def fault(field: str, reason: str = "is wrong") -> Fault:
    return Fault(field=field, code="wrong", reason=reason, expected="something else")


def faulty(data: Any, *fields: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return the lines that are marked: `(text, numbers of the faults)`."""
    octets = data if isinstance(data, bytes) else json.dumps(data).encode()
    lines = marked(octets, [fault(field) for field in fields])
    return [(line.text.strip(), line.faults) for line in lines if line.faults]


def test_a_fault_is_marked_where_its_field_is() -> None:
    assert faulty(DATA, "data.contacts[1].email", "source", "data.organisation") == [
        ('"organisation": {', (3,)),
        ('"email": "bo@koege.example",', (1,)),
    ]


def test_what_is_missing_is_marked_where_it_should_be_and_is_no_line_of_the_data() -> None:
    lines = marked(b'{"contacts": [{"key": "anna"}]}', [fault("data.contacts[0].email"), fault("data.since")])

    assert [(line.number, line.text, line.faults) for line in lines][4:7] == [
        (None, '      "email":', (1,)),
        (5, "    }", ()),
        (6, "  ]", ()),
    ]
    assert lines[-2:] == [Line(None, '  "since":', (2,)), Line(7, "}", ())]


@pytest.mark.parametrize(
    ("data", "field", "text"),
    [
        ([], "data", "[]"),
        ({}, "data.since", '"since":'),
        ({"contacts": "none"}, "data.contacts[2].email", '"contacts": "none"'),
        ({"contacts": [1]}, "data.contacts[0]", "1"),
        ("text", "data", '"text"'),
        (b"", "data", ""),
        (b"\xff\n{", "data", "\\xff"),
    ],
)
def test_a_fault_that_has_no_line_of_its_own_is_marked_where_it_shows(data: object, field: str, text: str) -> None:
    assert faulty(data, field) == [(text, (1,))]


def test_the_line_that_the_parser_names_is_marked() -> None:
    lines = marked(b'{\n"a": 1,\n}', [fault("data", "cannot be read: trailing comma at line 3 column 1")])

    assert [line.faults for line in lines] == [(), (), (1,)]


def test_what_cannot_be_seen_is_shown_as_escapes() -> None:
    assert in_text("a\u202eb\x00\xad".encode() + b"\xe6") == "a\\u202eb\\u0000\xad\\xe6"
    assert visible({"x": "\x07"}) == '{"x": "\\u0007"}'
    assert visible("x" * 3_000).endswith("x …")


def test_what_an_old_system_wrote_is_offered_as_it_was_meant() -> None:
    assert written('{"town": "Køge"}'.encode("cp1252")) == '{\n  "town": "Køge"\n}'


def test_many_lines_are_left_out_where_nothing_is_wrong() -> None:
    lines = marked(json.dumps([1] * 1_000).encode(), [fault("data[500]")])

    assert [line.skipped for line in lines if line.skipped] == [481, 496]
    assert [line.number for line in lines if line.faults] == [502]


@given(ANYTHING)
def test_what_is_written_says_the_same_and_hides_nothing(value: Any) -> None:
    octets = json.dumps(value, ensure_ascii=False).encode(errors="ignore")

    text = written(octets)

    assert json.loads(text) == json.loads(octets)
    assert not FORBIDDEN - {"\n"} & set(text)
    assert text == "\n".join(line.text for line in marked(octets, []) if not line.skipped) or len(text) > 2_000


@given(st.binary(max_size=200), st.lists(st.from_regex(r"data(\.[a-z]{1,3}|\[[0-9]\]){0,3}", fullmatch=True)))
def test_whatever_came_is_shown_with_every_fault(octets: bytes, fields: list[str]) -> None:
    lines = marked(octets, [fault(field) for field in fields])

    assert sorted({number for line in lines for number in line.faults}) == list(range(1, len(fields) + 1))
