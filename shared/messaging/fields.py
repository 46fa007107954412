"""Reads the fields of a message, in whatever octets they stand and however its headers are nested (AMQP 0-9-1, 4.2.5).

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
    decode.METHODS.update(
        shortstr=lambda value: short_text(value, 0), table=lambda value: table(value, 0), timestamp=_time
    )


def short_text(octets: bytes, at: int) -> tuple[int, str]:
    """Return where the text that begins at a place ends, and the text."""
    begin = at + 1
    end = begin + octets[at]
    try:
        return end, octets[begin:end].decode()
    except UnicodeDecodeError:
        # U+FFFD has three octets, and a name that is read must be one that can be written again.
        return end, octets[begin:end].decode(errors="replace").encode()[:MOST_OF_A_NAME].decode(errors="ignore")


def table(octets: bytes, at: int, depth: int = 1) -> "tuple[int, dict[str, FieldValue]]":
    """Return where the table that begins at a place ends, and what it holds; nothing of what is nested too deeply.

    Raises:
        LookupError, ValueError: it is no table.
    """
    end = at + 4 + int.from_bytes(octets[at : at + 4])
    at += 4
    found = {}
    while at < end:
        at, name = short_text(octets, at)
        at, found[name] = _value(octets, at, depth)
    return end, found


def _list(octets: bytes, at: int, depth: int) -> "tuple[int, list[FieldValue]]":
    end = at + 4 + int.from_bytes(octets[at : at + 4])
    at += 4
    found = []
    while at < end:
        at, one = _value(octets, at, depth)
        found.append(one)
    return end, found


def _value(octets: bytes, at: int, depth: int) -> "tuple[int, FieldValue]":
    """Read the value that begins at a place, its kind first."""
    kind = octets[at : at + 1]
    at += 1
    size = SIZES.get(kind)
    if size is None:
        size = 4 + int.from_bytes(octets[at : at + 4])
    end = at + size
    if kind == TEXT:
        return end, octets[at + 4 : end].decode(errors="replace")
    if kind not in (TABLE, LIST):
        return end, (_time if kind == TIME else decode.TABLE_MAPPING[kind])(octets[at:end])[1]
    if depth == DEEPEST:
        return end, None
    return end, (table if kind == TABLE else _list)(octets, at, depth + 1)[1]


def _time(value: bytes) -> "tuple[int, FieldValue]":
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None
