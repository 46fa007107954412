"""Lets a message come in whatever octets stand in its names, keys and properties, and however its headers are nested.

The broker passes on what it is given. Our AMQP library closes the connection where a text is not UTF-8, a time lies
outside the calendar, or headers are nested more deeply than Python calls functions: one such message would have
everything that is under way handed over again and again, until the broker parks all of it.
"""

from typing import TYPE_CHECKING

from pamqp import decode

if TYPE_CHECKING:
    from pamqp.common import FieldValue

TABLE, LIST, TEXT, TIME = b"F", b"A", b"S", b"T"
# How many octets the value of a kind has; that of any other kind says so in its first four.
SIZES = {b"V": 0, b"t": 1, b"b": 1, b"B": 1, b"s": 2, b"u": 2, b"I": 4, b"i": 4, b"f": 4, b"D": 5} | dict.fromkeys(
    (b"d", b"l", b"L", TIME), 8
)
# Nobody means more than a few levels; ours have two.
DEEPEST = 16
MOST_OF_A_NAME = 255


def accept_any_octets() -> None:
    """Have pamqp, in this whole process, show U+FFFD for what is not UTF-8, and nothing for what is no time."""
    decode.METHODS.update(shortstr=_short_text, table=_table, timestamp=_time)
    decode.TABLE_MAPPING.update({TEXT: _long_text, TIME: _time})


def _short_text(value: bytes) -> tuple[int, str]:
    end = 1 + value[0]
    try:
        return end, value[1:end].decode()
    except UnicodeDecodeError:
        # U+FFFD has three octets, and a name that is read must be one that can be written again.
        return end, value[1:end].decode(errors="replace").encode()[:MOST_OF_A_NAME].decode(errors="ignore")


def _long_text(value: bytes) -> tuple[int, str]:
    return len(value), value[4:].decode(errors="replace")


def _table(value: bytes, depth: int = 1) -> "tuple[int, dict[str, FieldValue]]":
    end = 4 + int.from_bytes(value[:4])
    at, found = 4, {}
    while at < end:
        size, name = _short_text(value[at : at + 256])
        at += size
        size, found[name] = _value(value, at, depth)
        at += size
    return end, found


def _list(value: bytes, depth: int) -> "tuple[int, list[FieldValue]]":
    end = 4 + int.from_bytes(value[:4])
    at, found = 4, []
    while at < end:
        size, one = _value(value, at, depth)
        at += size
        found.append(one)
    return end, found


def _value(octets: bytes, at: int, depth: int) -> "tuple[int, FieldValue]":
    """Read the value that begins at a place, its kind first; nothing of what is nested too deeply."""
    kind = octets[at : at + 1]
    size = SIZES[kind] if kind in SIZES else 4 + int.from_bytes(octets[at + 1 : at + 5])
    value = octets[at + 1 : at + 1 + size]
    if kind not in (TABLE, LIST):
        return 1 + size, decode.TABLE_MAPPING[kind](value)[1]
    if depth == DEEPEST:
        return 1 + size, None
    return 1 + size, (_table if kind == TABLE else _list)(value, depth + 1)[1]


def _time(value: bytes) -> "tuple[int, FieldValue]":
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None
