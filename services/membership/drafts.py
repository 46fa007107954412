"""Reads messages out of what is handed in to be checked: a JSON event or array, JSON lines, or CSV (pure)."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from shared.errors import Invalid

from .columns import Column, columns_of, datum
from .messages import EVENT_IN_JSON, MOST_OCTETS

JSON = "application/json"
LINES_SUFFIXES = (".jsonl", ".ndjson")
DELIMITERS = ",;\t"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

NO_MESSAGE = "There is no message in it."
DECODER = json.JSONDecoder()
BLANKS = re.compile(r"[ \t\n\r]*")

Lines = Iterable[bytes]


class Unreadable(Invalid):
    """What was handed in holds no messages in any form that is known."""

    code = "unreadable"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as it would be published."""

    content_type: str | None
    headers: Mapping[str, object]
    body: bytes


def drafts_in(lines: Lines, name: str) -> Iterator[Draft]:
    """Read the messages of a file, whose form shows in its first line and, where that leaves a doubt, in its name."""
    lines = iter(lines)
    first = next((line for line in lines if line.removeprefix(BYTE_ORDER_MARK).strip()), b"")
    first = first.removeprefix(BYTE_ORDER_MARK)
    whole = chain([first], lines)
    match first.lstrip()[:1]:
        case b"":
            raise Unreadable(NO_MESSAGE)
        case b"{" if name.endswith(LINES_SUFFIXES) or _is_json(first):
            return in_json_lines(whole)
        case b"{" | b"[":
            return in_json(b"".join(whole))
        case _:
            return in_csv(whole)


def in_json(octets: bytes) -> Iterator[Draft]:
    """Read one event, or each element of an array of events as it is written."""
    try:
        text = octets.decode("utf-8-sig").strip()
        for event in _elements(text) if text.startswith("[") else [_whole(text)]:
            yield Draft(EVENT_IN_JSON, {}, event.encode())
    except (ValueError, RecursionError) as why:
        raise Unreadable(f"It is no JSON in UTF-8: {why}.") from None


def in_json_lines(lines: Lines) -> Iterator[Draft]:
    """Read one event a line."""
    for line in lines:
        if octets := line.removeprefix(BYTE_ORDER_MARK).strip():
            yield Draft(EVENT_IN_JSON, {}, octets)


def in_csv(lines: Lines) -> Iterator[Draft]:
    """Read one event a row: columns are attributes, and `data` as JSON or its fields: `data.organisation.name`."""
    csv.field_size_limit(MOST_OCTETS)
    text = _decoded(lines)
    first = next(text, "").removeprefix("\ufeff")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    try:
        columns = columns_of(next(reader))
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _draft(columns, row)
    except (csv.Error, ValueError) as why:
        raise Unreadable(f"It is no CSV of CloudEvents: line {reader.line_num}: {why}.") from None


def _draft(columns: list[Column], row: list[str]) -> Draft:
    if len(row) > len(columns):
        raise ValueError(f"{len(row)} cells under {len(columns)} columns")
    cells = list(zip(columns, row, strict=False))
    attributes = {column.name: cell for column, cell in cells if column.is_attribute and cell}
    body = next((cell for column, cell in cells if column.is_data), None)
    if body is None:
        body = json.dumps(datum(cells), ensure_ascii=False, separators=(",", ":"))
    content_type = attributes.pop("datacontenttype", JSON)
    return Draft(content_type, {f"ce-{name}": cell for name, cell in attributes.items()}, body.encode())


def _decoded(lines: Lines) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"Line {number} is not in UTF-8.") from None


def _whole(text: str) -> str:
    json.loads(text)
    return text


def _elements(text: str) -> Iterator[str]:
    """Return the elements of an array as they are written, taken apart one at a time."""
    last = len(text) - 1
    at = _after_blanks(text, 1)
    if at == last and text[at] == "]":
        return
    while True:
        _, end = DECODER.raw_decode(text, at)
        yield text[at:end]
        at = _after_blanks(text, end)
        if at == last and text[at] == "]":
            return
        if not text.startswith(",", at):
            raise json.JSONDecodeError("Expecting ',' or the end of the array", text, at)
        at = _after_blanks(text, at + 1)


def _after_blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
