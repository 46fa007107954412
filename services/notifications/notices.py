"""What the owner of another system is told of it: that it has fallen silent, or sends more than it may. Pure."""

from typing import Any

from shared.contracts.membership import SystemFellSilent, SystemFlooded

from .domain import CHANGES, Draft, Kind

AboutSystems = SystemFellSilent | SystemFlooded


def notice(event: AboutSystems) -> Draft:
    """Say what is out of step with a system, to whoever looks after it; there is one for each episode."""
    match event:
        case SystemFellSilent():
            return _draft("silence", event, {"since": event.since.isoformat(), "usual_hours": event.usual_hours})
        case SystemFlooded():
            counted = {"at": event.at.isoformat(), "messages": event.messages, "most_per_hour": event.most_per_hour}
            return _draft("flood", event, counted)


def _draft(kind: Kind, event: AboutSystems, facts: dict[str, Any]) -> Draft:
    return Draft(
        kind=kind,
        topic="account",
        language=event.owner.language,
        person_id=None,
        object_id=event.episode_id,
        address=event.owner.email,
        facts={"system": event.system, **facts},
        params={"name": event.system},
        revision=1,
        priority=CHANGES,
        correlation_id=event.correlation_id,
    )
