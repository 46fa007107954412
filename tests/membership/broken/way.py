"""A broken message, the way in which it is broken, and what the answer names."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tests.support.wire import Sent

# Stands for a value that is left out.
GONE: Final = object()


class Named(NamedTuple):
    """A fault as the answer names it; `right` are words of what would be right."""

    field: str
    code: str
    right: str


@dataclass(frozen=True)
class Broken:
    """A message with its faults; `id` is what the answer calls it, where it had an id that can be told."""

    way: str
    sent: Sent
    id: str | None
    faults: tuple[Named, ...]


def changed(fields: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return some fields with one of them changed, or left out."""
    return {key: kept for key, kept in {**fields, name: value}.items() if kept is not GONE}
