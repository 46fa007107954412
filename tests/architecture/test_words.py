"""The code uses the words of docs/glossary.md, and gives nothing a name that says nothing."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = sorted([*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")])
MIGRATIONS = sorted(ROOT.glob("services/*/migrations/*.sql"))

SAY_INSTEAD = {
    "account": "member",
    "blacklist": "suppression",
    "city": "town",
    "company": "organisation",
    "customer": "member",
    "organization": "organisation",
    "participant": "person",
    "rsvp": "answer",
    "ticket": "invitation",
    "todo": "action",
    "vendor": "upstream system",
}
# In code a user is also a name to log in with at some server; in a table it would be a person.
SAY_INSTEAD_IN_TABLES = {**SAY_INSTEAD, "user": "person"}
SAYS_NOTHING = {"base", "data", "handle", "helper", "info", "manager", "process", "util"}

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def test_code_uses_the_words_of_the_glossary() -> None:
    found = {path: words(names_given(path)) & SAY_INSTEAD.keys() for path in CODE}

    assert advice(found) == []


def test_tables_use_the_words_of_the_glossary() -> None:
    statements = {path: re.sub(r"--.*|'[^']*'", "", path.read_text()) for path in MIGRATIONS}

    found = {
        path: words(set(re.findall(r"\w+", text))) & SAY_INSTEAD_IN_TABLES.keys() for path, text in statements.items()
    }

    assert advice(found) == []


def test_modules_and_classes_have_names_that_say_something() -> None:
    classes = {path: {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)} for path in CODE}

    found = {path: words({path.stem, *names}) & SAYS_NOTHING for path, names in classes.items()}

    assert {path: empty for path, empty in found.items() if empty} == {}


def names_given(path: Path) -> set[str]:
    """List the names that a module gives to itself, to functions and classes, to arguments and variables."""
    names = {path.stem}
    for node in ast.walk(tree(path)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def words(names: set[str]) -> set[str]:
    """Take names apart: `person_id` and `PersonId` are both `person` and `id`; of a plural the singular counts too."""
    parts = {part.lower() for name in names for part in WORD.findall(name)}
    return parts | {part.removesuffix("s") for part in parts} | {re.sub("ies$", "y", part) for part in parts}


def advice(found: dict[Path, set[str]]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: not {word} but {SAY_INSTEAD_IN_TABLES[word]}"
        for path, used in found.items()
        for word in sorted(used)
    ]
