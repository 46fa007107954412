"""Lets a message come in whatever octets stand in its names, keys and properties.

The broker passes on what it is given. Our AMQP library closes the connection where a text is not UTF-8 or a time lies
outside the calendar: one such message would have everything that is under way handed over again and again, until the
broker parks all of it.
"""

from typing import TYPE_CHECKING

from pamqp import decode

if TYPE_CHECKING:
    from pamqp.common import FieldValue


def accept_any_octets() -> None:
    """Have pamqp, in this whole process, show U+FFFD for what is not UTF-8, and nothing for what is no time."""
    decode.METHODS.update(shortstr=_short_text, table=_table, timestamp=_time)
    decode.TABLE_MAPPING.update({b"F": _table, b"T": _time})


def _short_text(value: bytes) -> tuple[int, str]:
    end = 1 + value[0]
    return end, value[1:end].decode(errors="replace")


def _table(value: bytes) -> "tuple[int, dict[str, FieldValue]]":
    end = 4 + int.from_bytes(value[:4])
    at, found = 4, {}
    while at < end:
        size, name = _short_text(value[at:end])
        at += size
        size, found[name] = decode.embedded_value(value[at:end])
        at += size
    return end, found


def _time(value: bytes) -> "tuple[int, FieldValue]":
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None
