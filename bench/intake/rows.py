"""What the model of `intake` is made of: rows as membership's tables have them, and positions in them (pure)."""

from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from deploy.local.demo.messages import SOURCE, Message

Row = dict[str, Any]
# A table and the key of a row in it: the register's own, as ids are made up.
RowKey = tuple[str, str]
Rows = dict[RowKey, Row]

DESCRIBED = ("name", "kind", "town", "municipality_code", "region", "cvr", "website")


class Position(NamedTuple):
    """Where a message stands: by time, then by id; both as text, which sorts the same in the load."""

    time: str
    id: str


def made_id(table: str, key: str) -> str:
    """Return the id that stands in the model for the one that the service makes up."""
    return str(uuid5(NAMESPACE_URL, f"{table} {key}"))


def correlation_id(message: Message) -> str:
    """Return what everything that follows from a message carries."""
    return str(uuid5(NAMESPACE_URL, f"{SOURCE}\n{message.id}"))


def organisation_key(message: Message) -> str:
    """Return the key of the organisation that a message is about."""
    return str(message.data.get("organisation_key") or message.data["organisation"]["key"])


def position_of(message: Message) -> Position:
    """Return where a message stands."""
    return Position(message.time.isoformat(), f"{message.id}\n{SOURCE}")


def at(name: str, position: Position) -> Row:
    """Return the two columns of a position."""
    return {f"{name}_time": position.time, f"{name}_id": position.id}


def never(*names: str) -> Row:
    """Return the columns of positions that nothing has yet."""
    return {f"{name}_{part}": None for name in names for part in ("time", "id")}


def stands(row: Row, name: str) -> Position | None:
    """Read a position, where there is one."""
    return Position(row[f"{name}_time"], row[f"{name}_id"]) if row[f"{name}_time"] else None


def is_after(position: Position | None, other: Position | None) -> bool:
    """Tell whether a position, if there is one, lies after another, if there is one."""
    return position is not None and (other is None or position > other)


def differs(row: Row, report: Row) -> bool:
    """Tell whether an organisation is reported to be another than it is known to be."""
    return any(row[name] != report.get(name) for name in DESCRIBED)
