"""JSON values of any sort, and values with a part dropped, replaced, retyped or enlarged."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

NASTY = (
    "",
    " ",
    "\0",
    "\u202e",
    "\ufffd",
    "\ufffe",
    "null",
    "1767225600",
    "2026-02-30",
    "9" * 4000,
    "x" * 300,
    "sæl@by.dk",
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**18, -(10**400), 10**4000])
    | st.floats()
    | st.text()
    | st.sampled_from(NASTY)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def paths(value: Any) -> Iterator[Path]:
    """List the ways to each part of a value, itself first."""
    yield ()
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        yield from ((step, *path) for path in paths(part))


def changed_at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """Return a copy of a value with the part at the end of a path changed."""
    if not path:
        return change(value)
    copy = value.copy()
    copy[path[0]] = changed_at(value[path[0]], path[1:], change)
    return copy


def without(value: Any, path: Path) -> Any:
    """Return a copy of a value without the part at the end of a path."""

    def lacking(whole: Any) -> Any:
        copy = whole.copy()
        del copy[path[-1]]
        return copy

    return changed_at(value, path[:-1], lacking)


def enlarged(value: Any, times: int) -> Any:
    """Return more of the same."""
    match value:
        case str() | list():
            return value * times
        case dict():
            return {**value, **{f"{name}{number}": value[name] for name in value for number in range(times // 100)}}
        case int():
            return value + 10**times
    return [value] * times


@st.composite
def changed_values(draw: st.DrawFn, value: Any) -> Any:
    """Drop, replace, retype or enlarge any part of a value."""
    path = draw(st.sampled_from(list(paths(value))))
    match draw(st.sampled_from(["drop", "replace", "wrap", "write", "enlarge"])):
        case "drop" if path:
            return without(value, path)
        case "wrap":
            return changed_at(value, path, lambda part: [part])
        case "write":
            return changed_at(value, path, lambda part: json.dumps(part, ensure_ascii=False))
        case "enlarge":
            times = draw(st.sampled_from([2, 50, 300, 2000]))
            return changed_at(value, path, lambda part: enlarged(part, times))
    new = draw(ANYTHING)
    return changed_at(value, path, lambda _: new)
