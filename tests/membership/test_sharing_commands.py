"""What the operator types to let two systems report on one organisation, and to see what came of it."""

import json
import os
import subprocess
import sys

from tests.conftest import DatabaseOf
from tests.membership.conftest import Door
from tests.support.builders import SOURCE, joined
from tests.support.databases import ServiceDatabase


def run(database: ServiceDatabase, *words: str) -> tuple[int, str]:
    told = {"DATABASE_URL": database.runtime_url, "DATABASE_OWNER_URL": database.owner_url, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "services.membership", *words]
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


async def test_sharing_is_said_shown_and_taken_back(door: Door, database: DatabaseOf) -> None:
    made = await database("membership")
    message = joined("koege")
    await door.take(message)

    shared = run(made, "systems", "share", SOURCE, "koege", "--as", SOURCE, "k7")
    status, shown = run(made, "organisations", "show", SOURCE, "k7")
    _, audited = run(made, "audit", "--organisation", SOURCE, "k7")
    unshared = run(made, "systems", "unshare", SOURCE, "k7")

    assert shared == (0, "/register may report on /register koege, and calls it k7\n")
    assert (status, json.loads(shown)["shared_with"]) == (0, [{"source": SOURCE, "key": "k7"}])
    assert json.loads(audited)["message_id"] == message.id
    assert unshared == (0, "/register shares k7 no longer\n")
    assert run(made, "organisations", "show", SOURCE, "k7") == (1, "/register knows no organisation k7\n")
