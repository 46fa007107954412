"""What a benchmark found: figures beside their peer or limit, one table of them all, and the JSON that is kept."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

PLAIN_WIDTH = 120
VERDICTS = {True: "met", False: "NOT MET", None: ""}


@dataclass(frozen=True)
class Goal:
    """What was promised of a figure or of its ratio, in words and as a test of both."""

    words: str
    is_met: Callable[[float, float], bool]


def under(limit: float, unit: str) -> Goal:
    """Promise that our figure stays under a limit."""
    return Goal(f"under {limit:g} {unit}", lambda ours, ratio: ours < limit)


def at_most(times: float) -> Goal:
    """Promise that our figure is at most so many times the other."""
    return Goal(f"ratio at most {times:g}", lambda ours, ratio: ratio <= times)


def at_least(times: float) -> Goal:
    """Promise that our figure is at least so many times the other."""
    return Goal(f"ratio at least {times:g}", lambda ours, ratio: ratio >= times)


@dataclass(frozen=True)
class Row:
    """One line of the table: our figure and that of the peer or limit `other`, both medians over the rounds."""

    name: str
    unit: str
    ours: float
    beside: float
    other: str
    goal: Goal | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.beside

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None where nothing was promised."""
        return self.goal.is_met(self.ours, self.ratio) if self.goal else None


@dataclass(frozen=True)
class Result:
    """What one benchmark found; `rounds` holds every figure of every round, `notes` what else is worth saying."""

    rows: Sequence[Row]
    rounds: Mapping[str, Any]
    notes: Sequence[str] = field(default=())


def progress(line: str) -> None:
    """Tell who waits what is going on, beside the table."""
    print(line, file=sys.stderr, flush=True)


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    table = Table("", "ours", "beside", "", "ratio", "goal", "", box=box.SIMPLE_HEAD)
    for row in rows:
        ours, beside = (f"{figure:,.{_digits(figure)}f} {row.unit}" for figure in (row.ours, row.beside))
        table.add_row(row.name, ours, beside, row.other, f"{row.ratio:.2f}", _words(row.goal), VERDICTS[row.is_met])
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH).print(table)


def keep(path: Path, name: str, result: Result, measured_on: Mapping[str, Any]) -> None:
    """Put a benchmark's result into the file, beside those of the others."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    kept[name] = {"measured_on": measured_on, "rows": [_plain(row) for row in result.rows], "rounds": result.rounds}
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def _plain(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "unit": row.unit,
        "ours": _rounded(row.ours),
        "beside": _rounded(row.beside),
        "other": row.other,
        "ratio": _rounded(row.ratio),
        "goal": _words(row.goal),
        "met": row.is_met,
    }


def _words(goal: Goal | None) -> str:
    return goal.words if goal else ""


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")


def _digits(figure: float) -> int:
    return 0 if figure >= 100 else 1 if figure >= 10 else 2
