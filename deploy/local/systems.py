"""Lets other systems report to a local stack, by the command with which an operator does it."""

import sys
from collections.abc import Iterable

from .run import Run
from .servers import ROOT
from .services import Surroundings

OWNER = "it@handelsbyer.example"


async def let_report(run: Run, surroundings: Surroundings, systems: Iterable[str]) -> dict[str, str]:
    """Let each system speak for the CloudEvents source of its name, and return the systems' passwords.

    One that the broker knew already keeps its password; where that is not known here, it gets a new one.
    """
    return {system: await _password(run, surroundings, system) for system in systems}


async def _password(run: Run, surroundings: Surroundings, system: str) -> str:
    shown = await _told(run, surroundings, "add", system, "--source", f"/{system}", "--owner", OWNER)
    known = surroundings.passwords.systems.get(system)
    return shown or known or await _told(run, surroundings, "rotate", system)


async def _told(run: Run, surroundings: Surroundings, act: str, system: str, *arguments: str) -> str:
    """Run the command, and return what it writes: a password, where a new one was made."""
    output = run.folder / f"system-{system}"
    output.touch(mode=0o600)
    program = run.program(
        f"membership-systems-{act}-{system}",
        [sys.executable, "-m", "services.membership", "systems", act, system, *arguments],
        working_folder=ROOT,
        environment={
            "BROKER_MANAGEMENT_URL": surroundings.broker_administrator(),
            "DATABASE_OWNER_URL": surroundings.role_url("membership_owner"),
        },
        output=output,
    )
    program.start()
    await program.finish()
    told = output.read_text().strip()
    output.unlink()
    return told
