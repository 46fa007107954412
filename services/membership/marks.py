"""Shows the data of a message line by line, with each fault at its place (pure)."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from shared.contracts.upstream import Fault

from .lines import Path, in_text, lines_of, shortened

FEW_LINES = 150
LINES_AROUND = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the data; `faults` are the numbers of those that are here, counted from 1.

    A line without a number is not in the data: it is what is missing there, or stands for `skipped` lines.
    """

    number: int | None
    text: str
    faults: tuple[int, ...] = ()
    skipped: int = 0


def numbers(attribute: str, faults: Sequence[Fault]) -> tuple[int, ...]:
    """Return the numbers of the faults that are in an attribute."""
    return tuple(number for number, fault in enumerate(faults, start=1) if fault.field == attribute)


def is_in_data(fault: Fault) -> bool:
    """Tell whether a fault is in the data, and not in an attribute or in the message as a whole."""
    return fault.field == "data" or fault.field.startswith(("data.", "data["))


def marked(data: bytes, faults: Sequence[Fault]) -> list[Line]:
    """Return the lines of the data, those in between left out where there are many and nothing is wrong."""
    here = {number: fault for number, fault in enumerate(faults, start=1) if is_in_data(fault)}
    try:
        value = from_json(data, allow_inf_nan=False)
    except ValueError:
        lines = _marked_text(in_text(data).split("\n"), here)
    else:
        lines = _marked_value(value, here)
    return _excerpt([replace(line, text=shortened(line.text)) for line in lines])


def _marked_text(texts: Sequence[str], faults: Mapping[int, Fault]) -> list[Line]:
    """Mark the line that the JSON parser names, or the first."""
    found: dict[int, list[int]] = {}
    for number, fault in faults.items():
        named = re.search(r"line (\d+) column", fault.reason)
        line = int(named[1]) if named else 1
        found.setdefault(line if line <= len(texts) else 1, []).append(number)
    return [Line(number, text, tuple(found.get(number, ()))) for number, text in enumerate(texts, start=1)]


def _marked_value(value: Any, faults: Mapping[int, Fault]) -> list[Line]:
    paths = {number: _steps(fault.field) for number, fault in faults.items()}
    missing: dict[Path, dict[str, None]] = {}
    found: dict[Path, list[int]] = {}
    for number, path in paths.items():
        place = _deepest(value, path)
        name = path[len(place)] if len(place) < len(path) else None
        if isinstance(name, str) and isinstance(_at(value, place), dict):
            missing.setdefault(place, {})[name] = None
            place = (*place, name)
        found.setdefault(place, []).append(number)
    return _numbered(lines_of(value, missing), missing, found)


def _numbered(
    lines: Iterator[tuple[Path | None, str]], missing: Mapping[Path, Collection[str]], found: Mapping[Path, list[int]]
) -> list[Line]:
    numbered, number = [], 0
    for path, text in lines:
        faults = tuple(found.get(path, ())) if path is not None else ()
        if path and path[-1] in missing.get(path[:-1], ()):
            numbered.append(Line(None, text, faults))
            continue
        number += 1
        numbered.append(Line(number, text, faults))
    return numbered


def _steps(field: str) -> Path:
    """Read the path `data.contacts[0].email` below the data."""
    return tuple(int(step[1:-1]) if step[0] == "[" else step for step in re.findall(r"\[\d+\]|[^.\[\]]+", field)[1:])


def _deepest(value: Any, path: Path) -> Path:
    """Return as much of a path as there is."""
    for length, step in enumerate(path):
        inside = (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        )
        if not inside:
            return path[:length]
        value = value[step]
    return path


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _excerpt(lines: list[Line]) -> list[Line]:
    """Leave out lines of a long text that are not near its beginning or a fault."""
    if len(lines) <= FEW_LINES:
        return lines
    near = {*range(LINES_AROUND * 4)}
    for at, line in enumerate(lines):
        if line.faults:
            near.update(range(at - LINES_AROUND, at + LINES_AROUND + 1))
    kept, skipped = [], 0
    for at, line in enumerate(lines):
        if at not in near:
            skipped += 1
            continue
        if skipped:
            kept.append(Line(None, "", skipped=skipped))
        kept, skipped = [*kept, line], 0
    return [*kept, Line(None, "", skipped=skipped)] if skipped else kept
