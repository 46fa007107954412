"""What the demo says at its end: a table of what happened, and where to look for oneself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ..services import PARTS
from ..stack import Stack
from .arrivals import last_sent_at
from .verdict import Verdict

NO_MAILBOX = "at the server that SMTP_URL names; here they are counted by kind only"
KINDS = ("welcome", "invitation", "update", "cancellation")

Overview = Mapping[str, Any]


@dataclass(frozen=True)
class Overviews:
    """What each service says that it holds."""

    membership: Overview
    meetings: Overview
    notifications: Overview


def show_table(overviews: Overviews, verdict: Verdict, began: datetime) -> None:
    """Print what happened."""
    table = Table(box=box.SIMPLE_HEAD, show_header=False, title="What happened", title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label, value in _rows(overviews, verdict, began):
        table.add_row(label, value)
    _console().print(table)


def show_places(stack: Stack, mailbox_url: str | None, *, stays: bool) -> None:
    """Print where everything is, or what is left of it where nothing stays running."""
    folder = stack.surroundings.smtp.folder
    say = _console().print
    mailbox = mailbox_url if stays else "make mailbox"
    say(f"The e-mails as their readers see them:  {mailbox if folder else NO_MAILBOX}")
    if folder:
        say(f"The same as .eml files:                 {_short(folder)}")
    if not stays:
        return
    for service in PARTS:
        say(f"API of {service + ':':<33}{stack.parts[service, 'web'].url}")
    say(f"Users, roles and the operator's token:  {_short(stack.folder / 'stack.json')}")


def show_verdict(verdict: Verdict) -> None:
    """Print whether all went as it must, and what did not."""
    if verdict.good:
        _console().print(f"All {verdict.arrived.total():,} expected e-mails arrived, none twice.", style="bold green")
    for line in verdict.lines():
        _console().print(line, style="red", markup=False)


def _rows(overviews: Overviews, verdict: Verdict, began: datetime) -> Iterator[tuple[str, str]]:
    membership, meetings = overviews.membership, overviews.meetings
    yield "Members", f"{membership['members_active']} active, {membership['members_not_active']} former"
    yield "People", f"{membership['people']}, with {membership['mandates_current']} current mandates"
    yield "Meetings", f"{meetings['meetings_scheduled']} planned, {meetings['meetings_cancelled']} cancelled"
    standing, ended = meetings["invitations_standing"], meetings["invitations_not_standing"]
    yield "Invitations", f"{standing} stand, {ended} ended"
    yield "E-mails", f"{verdict.arrived.total()} arrived"
    for kind in KINDS:
        yield f"  {kind}", str(verdict.arrived[kind])
    yield "  obsolete, never sent", str(_obsolete(overviews.notifications))
    if delivered := last_sent_at(overviews.notifications):
        yield "First publish to last delivery", f"{(delivered - began).total_seconds():.1f} s"


def _obsolete(notifications: Overview) -> int:
    return Counter({kind: states.get("obsolete", 0) for kind, states in notifications["emails"].items()}).total()


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)
