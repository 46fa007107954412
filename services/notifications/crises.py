"""What everybody is told of a crisis: its plan, that it is over and what it came to, or that it was a mistake. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from shared.contracts.meetings import CrisisEnded, CrisisExtended, CrisisStarted, CrisisUndone

from .domain import CHANGES, URGENT_CHANGES, Draft, Kind, Language

AboutCrises = CrisisStarted | CrisisExtended | CrisisEnded | CrisisUndone
Said = Literal["started", "extended", "ended", "undone"]

# What mails say of a crisis.
FACTS = {"title", "reason", "first_day", "last_day", "link", "meetings", "paused", "staying"}
KINDS: Mapping[Said, Kind] = {
    "started": "crisis_notice",
    "extended": "crisis_notice",
    "ended": "crisis_summary",
    "undone": "crisis_cancelled",
}
# As soon as a change of a meeting that is about to begin; a summary as soon as one that is days away.
PRIORITIES: Mapping[Said, int] = {
    "started": URGENT_CHANGES,
    "extended": URGENT_CHANGES,
    "ended": CHANGES,
    "undone": URGENT_CHANGES,
}


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody who is to be told what was said last of a crisis."""

    crisis_id: UUID
    said: Said
    facts: Mapping[str, Any]
    version: int
    correlation_id: str
    person_id: UUID
    name: str
    address: str
    language: Language


def said_of(event: AboutCrises) -> Said:
    """Return what an event says of a crisis."""
    match event:
        case CrisisStarted():
            return "started"
        case CrisisExtended():
            return "extended"
        case CrisisEnded():
            return "ended"
        case CrisisUndone():
            return "undone"


def facts_of(event: AboutCrises) -> dict[str, Any]:
    """Return what mails say of an event."""
    facts = event.crisis.model_dump(mode="json", include=FACTS)
    if isinstance(event, CrisisEnded):
        facts |= event.model_dump(mode="json", include={"meetings_held", "regions", "next_until"})
    return {**facts, "said": said_of(event)}


def mail(told: ToTell) -> Draft:
    """Tell a person, once for each version of the crisis."""
    return Draft(
        kind=KINDS[told.said],
        topic="crisis",
        language=told.language,
        person_id=told.person_id,
        object_id=told.crisis_id,
        address=told.address,
        facts=told.facts,
        params={"name": told.name},
        revision=told.version,
        priority=PRIORITIES[told.said],
        correlation_id=told.correlation_id,
        edition=told.version,
    )
