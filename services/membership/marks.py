"""Shows the data of a message line by line, with each fault at its place (pure)."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import from_json

from shared.contracts.upstream import FORBIDDEN, Fault

Path = tuple[str | int, ...]

ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in FORBIDDEN}
LONGEST_LINE = 2_000
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


def in_text(octets: bytes) -> str:
    """Show octets as lines of visible text; those that are no UTF-8, and what cannot be seen, as escapes."""
    lines = octets.decode(errors="backslashreplace").splitlines()
    return "\n".join(line.expandtabs(4).translate(ESCAPES) for line in lines)


def visible(value: object) -> str:
    """Show an attribute in one line of visible text, whatever it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _shortened(text.translate(ESCAPES))


def numbers(attribute: str, faults: Sequence[Fault]) -> tuple[int, ...]:
    """Return the numbers of the faults that are in an attribute."""
    return tuple(number for number, fault in enumerate(faults, start=1) if fault.field == attribute)


def written(data: bytes) -> str:
    """Show data in JSON as a human would write it, and what is no JSON as it is.

    Old systems in Denmark write æ, ø and å in Windows-1252: what makes sense so is read so.
    """
    for octets in (data, data.decode("cp1252", errors="replace").encode()):
        try:
            return "\n".join(text for _, text in _lines(from_json(octets, allow_inf_nan=False), {}))
        except ValueError:
            continue
    return in_text(data)


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
    return _excerpt([replace(line, text=_shortened(line.text)) for line in lines])


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
    return _numbered(_lines(value, missing), missing, found)


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


def _lines(
    value: Any, missing: Mapping[Path, Collection[str]], path: Path = (), label: str = "", comma: str = ""
) -> Iterator[tuple[Path | None, str]]:
    """Write a value line by line, each with the path of what begins there; None where something ends."""
    margin = "  " * len(path)
    if not isinstance(value, dict | list) or not (value or path in missing):
        yield path, f"{margin}{label}{_in_json(value)}{comma}"
        return
    begin, end = "{}" if isinstance(value, dict) else "[]"
    yield path, f"{margin}{label}{begin}"
    steps: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
    for position, step in enumerate(steps, start=1):
        name = f"{_in_json(step)}: " if isinstance(value, dict) else ""
        yield from _lines(value[step], missing, (*path, step), name, "," if position < len(steps) else "")
    for absent in missing.get(path, ()):
        yield (*path, absent), f"{margin}  {_in_json(absent)}:"
    yield None, f"{margin}{end}{comma}"


def _in_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(ESCAPES)


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


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} …"


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
