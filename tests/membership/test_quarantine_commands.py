"""The quarantine on the command line."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from services.membership.commands import quarantine
from tests.conftest import DatabaseOf
from tests.membership.conftest import Door
from tests.support.builders import joined


class CommandLine:
    """Runs commands of the quarantine as the operator does."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._parser = argparse.ArgumentParser()
        quarantine.add_commands(self._parser)

    async def run(self, *words: str) -> tuple[int, str]:
        """Return the status with which a command ends, and what it says."""
        self._capsys.readouterr()
        args = self._parser.parse_args(words)
        status = await asyncio.to_thread(self._status, args)
        said = self._capsys.readouterr()
        return status, said.out + said.err

    def _status(self, args: argparse.Namespace) -> int:
        with pytest.raises(SystemExit) as ended:
            args.run(args)
        return int(ended.value.code or 0)


@pytest.fixture
async def line(
    database: DatabaseOf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    monkeypatch.setenv("DATABASE_URL", (await database("membership")).runtime_url)
    return CommandLine(capsys)


async def test_messages_are_listed_in_a_line_each(line: CommandLine, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", municipality_code="999"))

    _, both = await line.run("list")
    _, one = await line.run("list", "--code", "unknown_kind", "--system", "register", "--older-than", "1d")
    _, none = await line.run("list", "--state", "dismissed")

    assert [row.split("  ")[0] for row in both.splitlines()] == ["1", "2"]
    assert one.splitlines() == both.splitlines()[:1]
    assert "data.organisation.kind is no kind" in one
    assert none == ""


async def test_a_message_is_shown_edited_and_replayed(line: CommandLine, door: Door, tmp_path: Path) -> None:
    await door.take(joined("koege", kind="guild"))
    file = tmp_path / "event.json"

    _, shown = await line.run("show", "1")
    _, event = await line.run("show", "1", "--event")
    file.write_text(event.replace("guild", "association"))
    edited = await line.run("edit", "1", "--file", str(file), "--replay", "--who", "Bente")
    _, history = await line.run("history", "1")

    assert json.loads(shown)["faults"][0]["field"] == "data.organisation.kind"
    assert (edited[0], edited[1].splitlines()[-1]) == (0, "1  accepted")
    assert [row.split("  ")[1:3] for row in history.splitlines()[1:]] == [["edited", "Bente"], ["replayed", "Bente"]]
    assert await door.members() == {"Koege Handelsstandsforening"}


async def test_an_edit_that_is_still_wrong_says_so(line: CommandLine, door: Door, tmp_path: Path) -> None:
    await door.take(joined("koege", kind="guild"))
    file = tmp_path / "event.json"
    file.write_text('{"data": {}}')

    status, said = await line.run("edit", "1", "--file", str(file))

    assert status == 0
    assert "1  data.organisation is missing: expected a JSON object" in said


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is no CloudEvent in JSON"),
        ('{"id": "x", "data": {}}', "neither missing nor wrong"),
    ],
)
async def test_a_file_that_is_no_edit_is_refused(
    line: CommandLine, door: Door, tmp_path: Path, written: str, why: str
) -> None:
    await door.take(joined("koege", kind="guild"))
    file = tmp_path / "event.json"
    file.write_text(written)

    status, said = await line.run("edit", "1", "--file", str(file))

    assert status == 1
    assert why in said


async def test_a_file_that_is_not_there_is_named(line: CommandLine, door: Door, tmp_path: Path) -> None:
    await door.take(joined("koege", kind="guild"))
    file = tmp_path / "event.json"

    assert await line.run("edit", "1", "--file", str(file)) == (
        1,
        f"{file} cannot be read: No such file or directory\n",
    )


async def test_a_number_that_is_none_is_told(line: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        await line.run("show", "koege")

    assert "'koege' is no number that a list shows" in capsys.readouterr().err


async def test_many_are_replayed_or_dismissed_at_once(line: CommandLine, door: Door) -> None:
    await door.take(joined("a", kind="guild"), joined("b", kind="guild"), joined("c", kind="guild"))

    dismissed = await line.run("dismiss", "2", "9", "--reason", "Findes ikke")
    replayed = await line.run("replay", "--all", "--code", "unknown_kind")
    neither = await line.run("replay")

    assert dismissed == (1, "2  dismissed\n9  there is no such message\n")
    assert replayed[0] == 1
    assert [row.split("  ")[0] for row in replayed[1].splitlines()] == ["1", "3"]
    assert neither == (1, "give either ids or --all\n")


async def test_a_message_that_is_not_there_is_not_shown(line: CommandLine, door: Door) -> None:
    assert await line.run("show", "7") == (1, "no message 7 in quarantine\n")
    assert await line.run("history", "7") == (1, "no message 7 in quarantine\n")
