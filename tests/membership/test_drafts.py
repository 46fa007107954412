"""Messages are read out of JSON, JSON lines and CSV, and what is none of these is named."""

import io
import json
from typing import Any

import pytest

from services.membership.drafts import Draft, Unreadable, drafts_in

ONE = {"specversion": "1.0", "id": "1", "data": {"name": "Køge"}}
TWO = {"specversion": "1.0", "id": "2"}
MARK = b"\xef\xbb\xbf"

HEAD = "specversion,type,source,id,time"
ROW = "1.0,upstream.contact_departed.v1,/register,m-1,2026-03-02T08:00:00Z"


def read(octets: bytes, name: str = "-") -> list[Draft]:
    return list(drafts_in(io.BytesIO(octets), name))


def events(octets: bytes, name: str = "-") -> list[Any]:
    """Read what is in structured mode."""
    drafts = read(octets, name)
    assert {(draft.content_type, len(draft.headers)) for draft in drafts} == {("application/cloudevents+json", 0)}
    return [json.loads(draft.body) for draft in drafts]


def data(*lines: str) -> list[Any]:
    """Read the data of the rows of a CSV file."""
    return [json.loads(draft.body) for draft in read("\n".join(lines).encode())]


@pytest.mark.parametrize("mark", [b"", MARK], ids=["bare", "with a byte order mark"])
@pytest.mark.parametrize(
    "octets",
    [
        json.dumps([ONE, TWO]).encode(),
        json.dumps([ONE, TWO], indent=2, ensure_ascii=False).encode(),
        b"%s\n\n  %s" % (json.dumps(ONE).encode(), json.dumps(TWO).encode()),
        b"\r\n%s\r\n%s\r\n" % (json.dumps(ONE, ensure_ascii=False).encode(), json.dumps(TWO).encode()),
    ],
    ids=["array", "array on many lines", "lines", "lines of Windows"],
)
def test_events_are_read_whatever_the_form(octets: bytes, mark: bytes) -> None:
    assert events(mark + octets) == [ONE, TWO]


@pytest.mark.parametrize("octets", [json.dumps(ONE).encode(), json.dumps(ONE, indent=2).encode()])
def test_one_event_needs_no_array(octets: bytes) -> None:
    assert events(octets) == [ONE]


def test_a_name_tells_lines_where_the_first_is_broken() -> None:
    drafts = read(b'{"id": \n' + json.dumps(TWO).encode(), "list.ndjson")

    assert [draft.body for draft in drafts] == [b'{"id":', json.dumps(TWO).encode()]


def test_what_is_no_event_among_events_is_left_to_the_door() -> None:
    assert events(json.dumps([ONE, 7, None, TWO]).encode()) == [ONE, 7, None, TWO]


def test_an_element_of_an_array_is_as_it_is_written() -> None:
    written = [b'{"id": "\\ud800", "id":  1.0}', b"NaN", '[[], "Kø"]'.encode(), b"{ }"]

    assert [draft.body for draft in read(b"[ %s,%s ,\n%s, %s\n]\n" % tuple(written))] == written


def test_no_element_is_no_message() -> None:
    assert read(b"[ ]") == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_is_an_event_whose_attributes_are_columns(delimiter: str) -> None:
    text = f"{HEAD},datacontenttype,x\n{ROW},application/json,\n".replace(",", delimiter)

    [draft] = read(MARK + text.encode())

    assert draft.headers == {
        "ce-specversion": "1.0",
        "ce-type": "upstream.contact_departed.v1",
        "ce-source": "/register",
        "ce-id": "m-1",
        "ce-time": "2026-03-02T08:00:00Z",
    }
    assert draft.content_type == "application/json"


def test_data_stands_in_one_column_as_json() -> None:
    assert data(f"{HEAD},data", ROW + ',"{""name"": ""Køge, og omegn""}"') == [{"name": "Køge, og omegn"}]


def test_or_each_field_in_a_column_of_its_own() -> None:
    columns = "data.organisation.key,data.organisation.name,data.since"

    found = data(f"{HEAD},{columns}", f'{ROW},koege,"Køge\n""by""",2026-01-01', f"{ROW},,,2026-01-01", f"{ROW},259")

    assert found == [
        {"organisation": {"key": "koege", "name": 'Køge\n"by"'}, "since": "2026-01-01"},
        {"since": "2026-01-01"},
        {"organisation": {"key": "259"}},
    ]


def test_a_list_has_as_many_elements_as_are_filled_in() -> None:
    columns = "data.contacts[0].key,data.contacts[0].name,data.contacts[1].key,data.contacts[10].key"

    found = data(f"{HEAD},{columns}", f"{ROW},anna,Anna,bo,", f"{ROW},,,bo,ea", f"{ROW},,,,", "", ",,")

    assert found == [
        {"contacts": [{"key": "anna", "name": "Anna"}, {"key": "bo"}]},
        {"contacts": [{"key": "bo"}, {"key": "ea"}]},
        {"contacts": []},
    ]


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "no message"),
        (b" \n\n", "no message"),
        (b"[{}", "line 1 column 4"),
        (b"[{},]", "line 1 column 5"),
        (b"[{}{}]", "line 1 column 4"),
        (b"[{}] {}", "line 1 column 4"),
        (b"[", "line 1 column 2"),
        (b'{\n"id": 1,\n}', "line 3 column 1"),
        (b"[" * 100_000, "recursion"),
        (b'["\xff"]', "UTF-8"),
        (b"%PDF-1.7", "no column is called type or id"),
        (b"PK\x03\x04", "no column is called type or id"),
        (b"id,name\n1,\xe6\xf8\n", "Line 2 is not in UTF-8"),
        (b"id,type,id\n", "line 1: column id contradicts another one"),
        (b"id,data,data.on\n", "column data.on contradicts another one"),
        (b"id,data.x[0],data.x.y\n", "column data.x.y contradicts another one"),
        (b"id,data..x\n", "data..x is no name of a column"),
        (b"id,,x\n", "an empty cell is no name of a column"),
        (b"id,type\n1,2\n1,2,3\n", "line 3: 3 cells under 2 columns"),
        (b'id,type\n"1"2,3\n', "line 2"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(octets: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(octets)
