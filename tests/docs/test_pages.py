"""What docs/publish-events.md shows is what the tests run, and where it leads to exists."""

import re
from pathlib import Path

import pytest

from docs.generate.included import BLOCK, with_files
from shared.contracts.upstream import ANSWERS, MESSAGES
from tests.docs.stranger import CHECKER, PUBLISHERS, SHOWN

PAGE = SHOWN.parent / "publish-events.md"
TEXT = PAGE.read_text()
LINKS = re.findall(r"\]\(([^)]+)\)", TEXT)
RUN_ELSEWHERE = {"local.sh"}  # tests/deploy/test_stack.py
DATA = {".json", ".txt"}


def test_every_code_block_shows_a_file() -> None:
    assert len(re.findall(r"^```", TEXT, re.MULTILINE)) == 2 * len(BLOCK.findall(TEXT))


def test_every_file_is_shown_and_every_program_is_run() -> None:
    shown = {Path(path).name for path in BLOCK.findall(TEXT)}
    programs = {name for name in shown if Path(name).suffix not in DATA}

    assert shown == {path.name for path in SHOWN.iterdir()}
    assert programs == {*PUBLISHERS, CHECKER} | RUN_ELSEWHERE


def test_a_block_is_replaced_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("print(1)\n")
    page = tmp_path / "page.md"
    page.write_text("Before.\n\n<!-- one.py -->\n```\nold\n```\n\nAfter.\n")

    assert with_files(page) == "Before.\n\n<!-- one.py -->\n```python\nprint(1)\n```\n\nAfter.\n"


@pytest.mark.parametrize("link", [link for link in LINKS if "://" not in link])
def test_every_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    target = PAGE.parent / path if path else PAGE

    assert target.exists()
    assert not anchor or anchor in {
        anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    }


def test_every_message_and_answer_is_named() -> None:
    types = [*(message.type for message in MESSAGES), *(answer.type for answer in ANSWERS)]

    assert [one for one in types if f"`{one}`" not in TEXT] == []


def anchor_of(heading: str) -> str:
    """Name a heading as the usual renderers of Markdown do."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
