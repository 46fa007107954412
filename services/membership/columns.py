"""Which part of a CloudEvent stands in which column of a CSV file (pure)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

DATA = "data"
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,3})\]")
NAME = re.compile(r"[^.\[\]]+(\.[^.\[\]]+|\[\d{1,3}\])*")
# Stands in a list for no element, so that one without elements is a list all the same.
NO_ELEMENT = -1

Step = str | int


@dataclass(frozen=True, slots=True)
class Column:
    """One column: an attribute, all of the data as JSON, or one of its fields, such as `data.contacts[0].email`."""

    name: str
    steps: tuple[Step, ...]

    @property
    def is_attribute(self) -> bool:
        return self.steps[0] != DATA

    @property
    def is_data(self) -> bool:
        return self.steps == (DATA,)

    @property
    def list_steps(self) -> tuple[Step, ...]:
        """The steps to the list that it stands in, if it stands in one."""
        fields = tuple(takewhile(lambda step: isinstance(step, str), self.steps))
        return fields if len(fields) < len(self.steps) else ()


def columns_of(names: Sequence[str]) -> list[Column]:
    """Read the names of the columns; raises ValueError where they make no sense."""
    columns = [_column(name.strip()) for name in names]
    if not {"type", "id"} & {column.name for column in columns}:
        raise ValueError("no column is called type or id; others are specversion, source, time, data.organisation.key")
    below: dict[tuple[Step, ...], object] = {}
    for column in columns:
        for depth, step in enumerate((*column.steps[1:], column), start=1):
            kind = step if step is column else type(step)
            if below.setdefault(column.steps[:depth], kind) is not kind:
                raise ValueError(f"column {column.name} contradicts another one")
    return columns


def datum(cells: Iterable[tuple[Column, str]]) -> Any:
    """Build the data of a message from its cells: an empty one is no field, and no element of a list."""
    root: dict[Step, Any] = {DATA: {}}
    for column, cell in cells:
        if cell and not column.is_attribute:
            _put(root, column.steps, cell)
        elif column.list_steps:
            _put(root, (*column.list_steps, NO_ELEMENT), None)
    return _plain(root)[DATA]


def _column(name: str) -> Column:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name or 'an empty cell'} is no name of a column")
    steps = tuple(int(index) if index else field for field, index in STEP.findall(name))
    return Column(name, steps) if steps[0] == DATA else Column(name.lower(), (name.lower(),))


def _put(node: dict[Step, Any], steps: Sequence[Step], value: object) -> None:
    *path, last = steps
    for step in path:
        node = node.setdefault(step, {})
    node[last] = value


def _plain(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if any(isinstance(step, int) for step in node):
        return [_plain(node[step]) for step in sorted(node) if step != NO_ELEMENT]
    return {step: _plain(below) for step, below in node.items()}
