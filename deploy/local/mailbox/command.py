"""`python -m deploy.local mailbox`: serves the page over a folder of e-mails, on a free port of this machine."""

import asyncio
import sys
from pathlib import Path

import uvicorn

from ..errors import CannotStart, patience
from ..ports import free_ports
from ..progress import say
from ..run import Run
from ..servers import ROOT, listens
from .pages import mailbox_app


async def start_mailbox(run: Run, folder: Path) -> str:
    """Serve the page for as long as the run lasts; returns its address."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "deploy.local", "mailbox", "--folder", str(folder), "--port", str(port)]
    program = run.program("mailbox", command, working_folder=ROOT)
    program.start()
    async with patience(30, lambda: f"The mailbox did not start. Its last lines:\n{program.last_lines()}"):
        while not await listens(port):
            program.ensure_alive()
            await asyncio.sleep(0.05)
    return f"http://127.0.0.1:{port}"


async def mailbox(folder: Path, port: int | None) -> None:
    """Serve the page until Ctrl-C."""
    if not folder.is_dir():
        raise CannotStart(f"{folder} is not there: no demo has run yet. Run `make demo` first.")
    port = port or free_ports(1)[0]
    say(f"mailbox: http://127.0.0.1:{port} (Ctrl-C stops it)")
    config = uvicorn.Config(mailbox_app(folder), host="127.0.0.1", port=port, log_level="warning", server_header=False)
    await uvicorn.Server(config).serve()
