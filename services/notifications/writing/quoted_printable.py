"""Quoted-printable (RFC 2045) that nothing on the way alters, and that DKIM reads alike relaxed and simple. Pure.

No two blanks follow each other, none ends a line, and no line starts with a dot or with the F of "From ".
"""

from collections.abc import Mapping

# One less than the 76 of RFC 2045: a line may have to end in "=".
LINE_OCTETS = 75


class Escapes(dict[int, str]):
    """What each character is written as, for `str.translate`: its octets, but for some that are written otherwise."""

    def __init__(self, otherwise: Mapping[str, str]) -> None:
        """The characters of European names are worked out beforehand."""
        super().__init__({code: _octets(code) for code in range(0x250)})
        self.update({ord(character): written for character, written in otherwise.items()})

    def __missing__(self, code: int) -> str:
        return _octets(code)


def _octets(code: int) -> str:
    return "".join(f"={octet:02X}" for octet in chr(code).encode())


_AT_START = {character: f"={ord(character):02X}" for character in ".F"}
_ESCAPES = Escapes({chr(code): chr(code) for code in range(0x20, 0x7F) if chr(code) != "="})
# What an address is made of stands for itself, but where a line starts.
_PLAIN = bytes(code for code in range(0x21, 0x7F) if chr(code) != "=")


def encoded(text: str) -> str:
    """Return text in lines that end in CRLF, but for the last."""
    return "\r\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    if line.isascii() and not line.encode().translate(None, _PLAIN):
        return _cut(line)
    written = line.translate(_ESCAPES)
    if "  " in written or written.endswith(" "):
        return _escaped(line)
    if len(written) < LINE_OCTETS - 1:
        return _AT_START.get(written[:1], written[:1]) + written[1:]
    return _cut(line) if written == line else _escaped(line)


def _cut(line: str) -> str:
    """Break a line that needs no escaping but where it starts."""
    rows = []
    while line:
        start = _AT_START.get(line[0], line[0])
        end = LINE_OCTETS + 1 - len(start)
        rows.append(start + line[1:end])
        line = line[end:]
    return "=\r\n".join(rows)


def _escaped(line: str) -> str:
    rows, row = [], ""
    for position, character in enumerate(line):
        written = _ESCAPES[ord(character)]
        if character == " " and (row.endswith(" ") or position == len(line) - 1):
            written = "=20"
        if len(row) + len(written) > LINE_OCTETS:
            rows.append(row)
            row = ""
        row += written if row else _AT_START.get(written, written)
    return "=\r\n".join([*rows, row])
