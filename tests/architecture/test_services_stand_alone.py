"""Each service starts with `shared/`, its own folder and the packages that it declares, and nothing else."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/__init__.py"))

START = """
import importlib, sys

class Undeclared:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in undeclared:
            raise ModuleNotFoundError(f"{name} is in no package that this service declares", name=name)

service, *undeclared = sys.argv[1:]
sys.meta_path.insert(0, Undeclared())
importlib.import_module(f"services.{service}.__main__")
app = importlib.import_module(f"services.{service}.app")
settings = importlib.import_module(f"services.{service}.settings")
app.build(settings.Settings.read())
"""

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
    "AMQP_URL": "amqp://nobody@127.0.0.1:1/",
    "OPERATOR_TOKEN": "0123456789abcdef",
    "UID_DOMAIN": "handelsbyer.example",
    "SMTP_URL": "smtp://127.0.0.1:1",
    "JOURNAL_DIR": "/var/lib/notifications",
    "LINK_SECRET": "0123456789abcdef0123456789abcdef",
    "ANSWER_SECRET": "fedcba9876543210fedcba9876543210",
    "PUBLIC_URL": "https://handelsbyer.example",
    "MEETINGS_URL": "https://handelsbyer.example/meetings",
    "MAIL_DOMAIN": "handelsbyer.example",
    "MAIL_FROM": "netvaerk@handelsbyer.example",
    "REPLY_TO": "sekretariat@handelsbyer.example",
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_nothing_but_its_own(service: str, tmp_path: Path) -> None:
    only = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=only)
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service, ignore=only)

    started = subprocess.run(
        [sys.executable, "-c", START, service, *undeclared(service)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 0, started.stderr


def undeclared(service: str) -> list[str]:
    """List the modules that are installed here and that the service's requirements do not bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    brought = closure([*project["dependencies"], *project["optional-dependencies"].get(service, [])])
    return sorted(
        module
        for module, names in packages_distributions().items()
        if not brought & {canonicalize_name(name) for name in names}
    )


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the names of the packages that are required, and of all that those require in turn."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        fresh = {(name, wanted) for wanted in ("", *requirement.extras)} - found
        found |= fresh
        waiting += [(Requirement(text), wanted) for _, wanted in fresh for text in required_by(name)]
    return {name for name, _ in found}


def required_by(name: str) -> list[str]:
    """List what a package requires; one that this machine does not need is not installed and requires nothing."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []
