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
