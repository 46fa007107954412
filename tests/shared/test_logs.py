"""The logs name nobody, whatever an error says."""

import json
import subprocess
import sys

FAILING = """
import logging
from shared import logs

logs.configure("membership", "INFO")
name, address = "Anna Andersen", "anna@koege.example"
try:
    try:
        raise KeyError(address)
    except KeyError as why:
        raise ValueError(name) from why
except ValueError:
    logs.get("ours").exception("it failed")
    logging.getLogger("theirs").exception("it failed")
"""


def test_an_error_is_shown_without_what_it_says() -> None:
    ran = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, check=True)

    ours, theirs = map(json.loads, ran.stderr.splitlines())
    for line in (ours, theirs):
        assert (line["event"], line["service"], line["level"]) == ("it failed", "membership", "error")
        assert "builtins.ValueError" in line["exception"]
        assert "builtins.KeyError" in line["exception"]
        assert "<module>" in line["exception"]
    assert "Anna" not in ran.stderr
    assert "anna@" not in ran.stderr


IN_A_CIRCLE = """
from shared import logs

logs.configure("membership", "INFO")
first, second = ConnectionError(), TimeoutError()
first.__cause__, second.__cause__ = second, first
logs.get("ours").error("it failed", exc_info=first)
"""


def test_errors_that_lead_to_each_other_are_each_told_once() -> None:
    ran = subprocess.run([sys.executable, "-c", IN_A_CIRCLE], capture_output=True, text=True, check=True)

    told = json.loads(ran.stderr)["exception"]
    assert told == "builtins.TimeoutError\n\nthen:\nbuiltins.ConnectionError"


ANYTHING = r"""
from shared import logs

logs.configure("membership", "INFO")
logs.get("ours").info("it came", octets=b"\xff", half="\ud83d", thing=object, name="Køge")
"""


def test_whatever_is_logged_is_written() -> None:
    ran = subprocess.run([sys.executable, "-c", ANYTHING], capture_output=True, text=True, check=True)

    written = json.loads(ran.stderr)
    assert (written["event"], written["logger"], written["name"]) == ("it came", "ours", "Køge")
    assert written["half"] == "\ud83d"
