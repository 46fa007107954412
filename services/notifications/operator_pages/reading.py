"""What the pages read of addresses and forms."""

from pathlib import Path

from fastapi import Request

from shared.clock import Clock
from shared.web.forms import Form

from ..fate_bodies import LARGEST
from ..fates import Act

TEMPLATES = Path(__file__).parents[1] / "templates" / "operator"
LONGEST_REASON = 500


def number(text: str, most: int = LARGEST) -> int | None:
    """Read a number from 1, or None where there is none."""
    read = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    return read if 0 < read <= most else None


def reason(form: Form) -> str | None:
    """Read why something is done: one line, or None where there is none or it is too long."""
    why = " ".join(form.text("why").split())
    return why if 0 < len(why) <= LONGEST_REASON and why.isprintable() else None


def act_of(request: Request, why: str, now: Clock) -> Act:
    """Return what whoever is signed in does now."""
    return Act(request.state.session.who, why, now())
