"""Quoted-printable (RFC 2045) that nothing on the way alters, and that DKIM reads alike relaxed and simple. Pure.

No two blanks follow each other, none ends a line, and no line starts with a dot or with the F of "From ".
"""

# One less than the 76 of RFC 2045: a line may have to end in "=".
LINE_OCTETS = 75
_AT_START = {character: f"={ord(character):02X}" for character in ".F"}
_PLAIN = {chr(code): chr(code) for code in range(0x20, 0x7F) if chr(code) != "="}


def encoded(text: str) -> str:
    """Return text in lines that end in CRLF, but for the last."""
    return "\r\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    if line.isascii() and line.isprintable() and "=" not in line and "  " not in line and not line.endswith(" "):
        return _cut(line)
    return _escaped(line)


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
        written = _PLAIN.get(character) or _octets(character)
        if character == " " and (row.endswith(" ") or position == len(line) - 1):
            written = "=20"
        if len(row) + len(written) > LINE_OCTETS:
            rows.append(row)
            row = ""
        row += written if row else _AT_START.get(written, written)
    return "=\r\n".join([*rows, row])


def _octets(character: str) -> str:
    return "".join(f"={octet:02X}" for octet in character.encode())
