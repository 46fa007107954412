"""A run keeps to its own folder, and leaves no process behind however it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.errors import CannotStart
from deploy.local.ports import free_ports
from deploy.local.program import Program
from deploy.local.run import Run, claimed, sweep
from deploy.local.servers import ROOT
from tests.support.eventually import eventually
from tests.support.processes import started_in

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A daemon, as RabbitMQ's port mapper likes to become one: no child of ours, and in a session of its own.
LEAVE_A_DAEMON = [sys.executable, "-c", f"import subprocess; subprocess.Popen({SLEEP!r}, start_new_session=True)"]
# A server whose workers are in sessions of their own, as Postgres has them.
WITH_A_WORKER = [
    sys.executable,
    "-c",
    f"import subprocess; subprocess.Popen({SLEEP!r}, start_new_session=True).wait()",
]
# What `make stack` does: a program in the background until somebody asks to stop.
A_STACK = f"""
import asyncio, sys
from pathlib import Path
from deploy.local.run import claimed
from deploy.local.signals import until_asked_to_stop

async def work():
    async with claimed(Path(sys.argv[1])) as run:
        run.program("daemon", {LEAVE_A_DAEMON!r}, working_folder=Path("/")).start()
        run.program("sleeper", {SLEEP!r}, working_folder=Path("/")).start()
        await asyncio.Event().wait()

asyncio.run(until_asked_to_stop(work()))
"""


def sleeper(run: Run, name: str = "sleeper") -> Program:
    program = run.program(name, SLEEP, working_folder=Path("/"))
    program.start()
    return program


def start_stack(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", A_STACK, folder], cwd=ROOT)


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(20)

    assert len(set(ports)) == 20


async def test_nothing_that_was_started_outlives_its_run(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        sleeper(run)
        daemon = run.program("daemon", LEAVE_A_DAEMON, working_folder=Path("/"))
        daemon.start()
        await daemon.finish()
        assert len(started_in(run.folder)) == 2

    assert started_in(run.folder) == []


async def test_a_pause_and_a_kill_reach_also_children_in_sessions_of_their_own(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        program = run.program("server", WITH_A_WORKER, working_folder=Path("/"))
        program.start()
        await eventually(lambda: len(started_in(run.folder)) == 2)
        both = [psutil.Process(pid) for pid in started_in(run.folder)]

        program.pause()
        await eventually(lambda: all(process.status() == psutil.STATUS_STOPPED for process in both))
        program.resume()
        await eventually(lambda: not any(process.status() == psutil.STATUS_STOPPED for process in both))
        program.kill()

        assert started_in(run.folder) == []


async def test_a_folder_is_emptied_but_for_what_is_to_be_kept(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        for name in ("journals", "mail"):
            (run.folder / name).mkdir()
            (run.folder / name / "file").touch()

    async with claimed(tmp_path / "run", keep=["journals"]) as run:
        kept = {str(path.relative_to(run.folder)) for path in run.folder.rglob("*")}
    async with claimed(tmp_path / "run") as run:
        assert not (run.folder / "journals").exists()

    assert kept == {"lock", "logs", "journals", "journals/file"}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_request_to_stop_leaves_no_process_behind(tmp_path: Path, ending: signal.Signals) -> None:
    folder = tmp_path / "run"
    stack = start_stack(folder)
    await eventually(lambda: len(started_in(folder)) == 2)

    stack.send_signal(ending)

    assert await asyncio.to_thread(stack.wait, 20) == 0
    assert started_in(folder) == []


async def test_what_a_crashed_run_left_is_ended_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    stack = start_stack(folder)
    await eventually(lambda: len(started_in(folder)) == 2)
    stack.kill()
    await asyncio.to_thread(stack.wait)
    (folder / "mail").mkdir()
    assert started_in(folder)

    async with claimed(folder) as run:
        assert started_in(folder) == []
        assert {entry.name for entry in run.folder.iterdir()} == {"lock", "logs"}


async def test_folders_of_crashed_runs_are_swept_and_those_of_living_runs_are_not(tmp_path: Path) -> None:
    crashed, others = tmp_path / "run-crashed", tmp_path / "run-of-others"
    for folder in (crashed, others):
        folder.mkdir()
    (crashed / "lock").write_text("1\n")
    (others / "letter").write_text("kept")

    async with claimed(tmp_path / "run-living") as run:
        alive = sleeper(run)
        sweep(tmp_path, "run-*")

        assert alive.status is None
    assert {folder.name for folder in tmp_path.iterdir()} == {"run-living", "run-of-others"}


async def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        alive = sleeper(run)

        with pytest.raises(CannotStart, match=f"in use by process {os.getpid()}"):
            async with claimed(tmp_path / "run"):
                pass

        assert alive.status is None


async def test_a_folder_with_anything_of_others_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("keep me")

    with pytest.raises(CannotStart, match="no run of ours"):
        async with claimed(tmp_path):
            pass

    assert (tmp_path / "letter").read_text() == "keep me"


async def test_a_folder_elsewhere_goes_with_its_run(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        elsewhere = run.folder_elsewhere()
        (elsewhere / "something").write_text("large")

    assert not elsewhere.exists()


async def test_who_ends_unasked_is_named_with_its_last_lines(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        sleeper(run)
        dying = [sys.executable, "-c", "print('out of paper'); raise SystemExit(3)"]
        run.program("printer", dying, working_folder=Path("/")).start()

        with pytest.raises(CannotStart, match=r"printer ended with status 3(.|\n)*out of paper"):
            await asyncio.wait_for(run.watch(), timeout=10)


async def test_a_killed_program_may_be_started_again(tmp_path: Path) -> None:
    async with claimed(tmp_path / "run") as run:
        program = sleeper(run)
        first = program.pid

        program.kill()
        program.ensure_alive()
        program.start()

        assert program.status is None
        assert program.pid != first


async def test_a_program_is_told_nothing_that_stands_in_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_ADMIN_URL", "postgresql://somebody:secret@example/")
    async with claimed(tmp_path / "run") as run:
        show = [sys.executable, "-c", "import os; print(*sorted(os.environ))"]
        program = run.program("show", show, working_folder=Path("/"), environment={"HTTP_PORT": "1"})

        program.start()
        await program.finish()

        assert "HTTP_PORT" in program.last_lines()
        assert "DATABASE_ADMIN_URL" not in program.last_lines()
