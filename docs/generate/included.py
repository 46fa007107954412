"""Puts files into a page: the code block after `<!-- path -->` shows that file, path as seen from the page."""

import re
from pathlib import Path

BLOCK = re.compile(r"^<!-- (?P<path>\S+) -->\n```\w*\n.*?^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {".py": "python", ".mjs": "js", ".sh": "bash", ".json": "json"}


def with_files(page: Path) -> str:
    """Return the page with each of its blocks as the file is now."""
    return BLOCK.sub(lambda found: _block(page.parent, found["path"]), page.read_text())


def _block(folder: Path, path: str) -> str:
    file = folder / path
    return f"<!-- {path} -->\n```{LANGUAGES.get(file.suffix, '')}\n{file.read_text()}```"
