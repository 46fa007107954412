"""Contracts know pydantic alone (and what checks an address), so that any program may use them."""

import ast
import sys
from pathlib import Path

import pytest

from shared import contracts

FILES = sorted(Path(contracts.__file__).parent.glob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "email_validator"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_contract_imports_nothing_else(path: Path) -> None:
    used = {name for name in imported(path) if not name.startswith("shared.contracts.")}

    assert {name.split(".")[0] for name in used} <= ALLOWED


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=modules):
                names |= {module.name for module in modules}
            case ast.ImportFrom(module=str(module)):
                names.add(module)
    return names
