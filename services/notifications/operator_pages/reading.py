"""What the pages read of addresses and forms."""

from pathlib import Path

from fastapi import Request

from shared.clock import Clock

from ..fates import Act

TEMPLATES = Path(__file__).parents[1] / "templates" / "operator"


def act_of(request: Request, why: str, now: Clock) -> Act:
    """Return what whoever is signed in does now."""
    return Act(request.state.session.who, why, now())
