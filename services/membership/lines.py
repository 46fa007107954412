"""Writes whatever a message holds as lines of visible text (pure)."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from shared.contracts.upstream import FORBIDDEN

Path = tuple[str | int, ...]

ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in FORBIDDEN}
LONGEST_LINE = 2_000


def in_text(octets: bytes) -> str:
    """Show octets as lines of visible text; those that are no UTF-8, and what cannot be seen, as escapes."""
    lines = octets.decode(errors="backslashreplace").splitlines()
    return "\n".join(line.expandtabs(4).translate(ESCAPES) for line in lines)


def visible(value: object) -> str:
    """Show an attribute in one line of visible text, whatever it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text.translate(ESCAPES))


def written(data: bytes) -> str:
    """Show data in JSON as a human would write it, and what is no JSON as it is.

    Old systems in Denmark write æ, ø and å in Windows-1252: what makes sense so is read so.
    """
    for octets in (data, data.decode("cp1252", errors="replace").encode()):
        try:
            return "\n".join(text for _, text in lines_of(from_json(octets, allow_inf_nan=False), {}))
        except ValueError:
            continue
    return in_text(data)


def lines_of(
    value: Any, missing: Mapping[Path, Collection[str]], path: Path = (), label: str = "", comma: str = ""
) -> Iterator[tuple[Path | None, str]]:
    """Write a value line by line, each with the path of what begins there; None where something ends."""
    margin = "  " * len(path)
    if not isinstance(value, dict | list) or not (value or path in missing):
        yield path, f"{margin}{label}{in_json(value)}{comma}"
        return
    begin, end = "{}" if isinstance(value, dict) else "[]"
    yield path, f"{margin}{label}{begin}"
    steps: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value))
    for position, step in enumerate(steps, start=1):
        name = f"{in_json(step)}: " if isinstance(value, dict) else ""
        yield from lines_of(value[step], missing, (*path, step), name, "," if position < len(steps) else "")
    for absent in missing.get(path, ()):
        yield (*path, absent), f"{margin}  {in_json(absent)}:"
    yield None, f"{margin}{end}{comma}"


def in_json(value: Any) -> str:
    """Write a value in one line of JSON."""
    return json.dumps(value, ensure_ascii=False).translate(ESCAPES)


def shortened(text: str) -> str:
    """Cut a line that nobody would read to its end."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} …"
