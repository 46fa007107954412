"""What the pages read of addresses and forms."""

from pathlib import Path

from fastapi import Request

from shared.clock import Clock

from ..quarantine import Act

TEMPLATES = Path(__file__).parents[1] / "templates"


def act_of(request: Request, now: Clock) -> Act:
    """Return what whoever is signed in does now."""
    return Act(request.state.session.who, now())
