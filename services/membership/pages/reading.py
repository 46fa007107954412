"""What the pages read of addresses and forms."""

from pathlib import Path

from fastapi import Request

from shared.clock import Clock
from shared.web.forms import Form

from ..quarantine import Act

TEMPLATES = Path(__file__).parents[1] / "templates"
LARGEST = 2**63 - 1
LONGEST_REASON = 500


def act_of(request: Request, now: Clock) -> Act:
    """Return what whoever is signed in does now."""
    return Act(request.state.session.who, now())


def number(text: str, most: int = LARGEST) -> int | None:
    """Read a number from 1, or None where there is none."""
    read = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    return read if 0 < read <= most else None


def reason(form: Form) -> str | None:
    """Read why messages are dismissed: one line, or None where there is none or it is too long."""
    why = " ".join(form.text("why").split())
    return why if 0 < len(why) <= LONGEST_REASON and why.isprintable() else None
