"""Writes what is generated from the contracts, and the files that pages show."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .asyncapi import asyncapi
from .door import door
from .included import with_files
from .messages import GOLDEN, ExampleIsMissing, every_message
from .page import events_page
from .public_page import public_page

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "services" / "membership" / "contract"
PUBLISHING = ROOT / "docs" / "publish-events.md"


def main() -> None:
    """Write every generated file, or, with --check, name those that are not current and fail."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    try:
        wanted = generated()
    except ExampleIsMissing as why:
        parser.error(str(why))
    if check:
        stale = outdated(wanted)
        sys.stderr.writelines(f"{path.relative_to(ROOT)} is not current: python -m docs.generate\n" for path in stale)
        raise SystemExit(1 if stale else 0)
    for path in outdated(wanted):
        if path in wanted:
            path.write_text(wanted[path])
        else:
            path.unlink()


def generated() -> dict[Path, str]:
    """Return each generated file and what it must hold."""
    return {
        **{message.golden: _json(message.schema) for message in every_message()},
        ROOT / "docs" / "events.md": events_page(),
        ROOT / "docs" / "asyncapi.json": _json(asyncapi()),
        CONTRACT / "asyncapi.json": _json(door()),
        CONTRACT / "index.html": public_page(),
        PUBLISHING: with_files(PUBLISHING),
    }


def outdated(wanted: dict[Path, str]) -> list[Path]:
    """List the files that are missing, hold something else, or are left over from a message that is no more."""
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    return sorted([*changed, *(path for path in GOLDEN.iterdir() if path not in wanted)])


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
