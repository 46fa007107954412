"""What readers share is rendered once, and nothing of one reader can be found in another's e-mail."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.notifications import emails
from services.notifications.domain import Email
from services.notifications.writing import frames
from services.notifications.writing import writer as writer_module
from services.notifications.writing.placeholders import Link, Placeholder, pieces
from services.notifications.writing.quoted_printable import encoded
from services.notifications.writing.writer import Writer
from tests.notifications.conftest import LINKS
from tests.notifications.keys import SIGNER
from tests.notifications.samples import LETTERHEAD, sample

ROOT = Path(__file__).parents[2]
INVITATION = sample("invitation")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Email]:
    """Every e-mail for which a frame is rendered."""
    found: list[Email] = []

    def frame_of(email: Email, *args: Any) -> frames.Frame:
        found.append(email)
        return original(email, *args)

    original = frames.frame_of
    monkeypatch.setattr(frames, "frame_of", frame_of)
    return found


def test_readers_who_differ_in_name_address_links_and_calendar_share_a_frame(rendered: list[Email]) -> None:
    writer = Writer(LETTERHEAD, LINKS, None)
    first = replace(INVITATION, params={**INVITATION.params, "in_reply_to": "<a@b.example>"})
    other = replace(
        first,
        person_id=UUID(int=3),
        address="bo@ribe.example",
        sequence=9,
        message_id="<x@y.example>",
        params={
            "name": "Bo",
            "dtstamp": "2027-01-01T08:00:00Z",
            "last_modified": "2027-01-01T08:00:00Z",
            "partstat": "ACCEPTED",
            "in_reply_to": "<c@d.example>",
        },
    )

    alone = Writer(LETTERHEAD, LINKS, None).write(other)
    rendered.clear()
    written = [writer.write(email) for email in (first, other)]

    assert rendered == [first]
    assert written[1] == alone
    assert b"Anna" not in written[1]


@pytest.mark.parametrize(
    "other",
    [
        replace(INVITATION, frame_id=8),
        replace(INVITATION, topic="changes"),
        replace(INVITATION, meeting_id=None),
        replace(INVITATION, person_id=None),
        replace(INVITATION, method="CANCEL"),
        replace(INVITATION, params={**INVITATION.params, "role": "chair"}),
        replace(INVITATION, params={**INVITATION.params, "in_reply_to": "<a@b.example>"}),
    ],
    ids=["another meeting", "another topic", "no answer", "no person", "taken away", "what is worded", "a thread"],
)
def test_what_else_may_change_the_words_or_the_headers_makes_another_frame(other: Email, rendered: list[Email]) -> None:
    writer = Writer(LETTERHEAD, LINKS, None)

    writer.write(INVITATION)
    writer.write(other)

    assert rendered == [INVITATION, other]


def test_no_more_than_some_frames_are_kept(rendered: list[Email], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MOST_FRAMES", 2)
    writer = Writer(LETTERHEAD, LINKS, None)

    for frame_id in (1, 2, 2, 3, 2, 1):
        writer.write(replace(INVITATION, frame_id=frame_id))

    assert [email.frame_id for email in rendered] == [1, 2, 3, 1]


def test_another_process_writes_the_same_octets() -> None:
    program = (
        "import hashlib; from tests.notifications.test_frames import *;"
        "print(hashlib.sha256(Writer(LETTERHEAD, LINKS, None).write(INVITATION)).hexdigest())"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    here = hashlib.sha256(Writer(LETTERHEAD, LINKS, None).write(INVITATION)).hexdigest()
    assert elsewhere.stdout.split() == [here]


async def test_many_are_written_while_the_event_loop_serves_and_one_that_cannot_be_stops_no_other() -> None:
    writer = Writer(LETTERHEAD, LINKS, SIGNER)
    unfit = replace(INVITATION, address="anna@koege.example\r\nBcc: alle@by.example")
    served = 0

    async def serve() -> None:
        nonlocal served
        while True:
            served += 1
            await asyncio.sleep(0)

    serving = asyncio.create_task(serve())
    first, why, *others = await writer.write_many([INVITATION, unfit, *[INVITATION] * 200])
    serving.cancel()

    assert first == writer.write(INVITATION)
    assert isinstance(why, ValueError)
    assert others == [first] * 200
    assert served > 5


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: "yes" if name else "no",
        lambda name: name == "Anna",
        lambda name: name in {"Anna": 1},
        lambda name: len(name),
        lambda name: list(name),
        lambda name: name + "s",
        lambda name: name.upper(),
        lambda name: f"{name:>20}",
    ],
)
def test_a_template_cannot_ask_what_a_placeholder_stands_for(ask: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        ask(Placeholder("name"))


def test_a_template_can_write_down_a_placeholder_and_ask_whether_there_is_a_link() -> None:
    template = emails.templates.from_string("{{ name }}{% if link %}, {{ link }}{% endif %}!")

    around, names = pieces(template.render(name=Placeholder("name"), link=Link("link")))

    assert (around, names) == (["", ", ", "!"], ["name", "link"])


def test_a_subject_that_names_its_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = emails.Content(str(Placeholder("name")), "", "")
    monkeypatch.setattr(emails, "compose", lambda *_: content)

    with pytest.raises(ValueError, match="subject"):
        Writer(LETTERHEAD, LINKS, None).write(INVITATION)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Anna Sørensen", "Anna S=C3=B8rensen"),
        ("a  b   c ", "a =20b =20 c=20"),
        (".\n..", "=2E\r\n=2E."),
        ("From A", "=46rom A"),
        ("a=b\tc", "a=3Db=09c"),
        ("x" * 76, "x" * 75 + "=\r\nx"),
        ("x" * 75 + "F" * 76, "x" * 75 + "=\r\n=46" + "F" * 72 + "=\r\n=46FF"),
        ("ø" * 13, "=C3=B8" * 12 + "=\r\n=C3=B8"),
        ("", ""),
    ],
)
def test_quoted_printable_is_what_no_server_on_the_way_alters(text: str, written: str) -> None:
    assert encoded(text) == written
