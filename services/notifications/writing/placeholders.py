"""Stands in a rendering for what is one reader's alone, so that it is rendered once for all who read it. Pure."""

import re
from typing import NoReturn

# No fact that a template is given can hold a NUL: each is made one line of visible characters first.
_MARK = re.compile("\0([a-z_]+)\0")


class Placeholder:
    """A value that is filled in later: a template can write it down, and raises when it asks what it is."""

    __slots__ = ("_mark",)
    __hash__ = None  # type: ignore[assignment]  # a table that it is looked up in would not find it

    def __init__(self, name: str) -> None:
        self._mark = f"\0{name}\0"

    def __str__(self) -> str:
        return self._mark

    def __html__(self) -> str:
        """Return what stands in HTML, where its value is escaped when it is filled in."""
        return self._mark

    def __bool__(self) -> bool:
        raise TypeError("a template must not depend on what is filled in later")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a template must not depend on what is filled in later")


class Link(Placeholder):
    """A placeholder for an address that every reader of the rendering has."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


def pieces(rendering: str) -> tuple[list[str], list[str]]:
    """Return what a rendering says around its placeholders, and their names in order: one fewer."""
    split = _MARK.split(rendering)
    return split[::2], split[1::2]
