"""What is said to people who have not answered to a meeting that is drawing near. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.meetings import ReminderDue

from .domain import CHANGES, FACTS, Draft, Language


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Somebody who is asked to a meeting and has not answered."""

    person_id: UUID
    name: str
    address: str
    language: Language


def reminder(event: ReminderDue, person: Unanswered) -> Draft:
    """Remind a person of a meeting; no calendar is touched."""
    return Draft(
        kind="reminder",
        topic="reminders",
        language=person.language,
        person_id=person.person_id,
        object_id=event.reminder_id,
        meeting_id=event.meeting.id,
        address=person.address,
        facts=event.meeting.model_dump(mode="json", include=FACTS),
        params={"name": person.name},
        revision=event.meeting.version,
        priority=CHANGES,
        correlation_id=event.correlation_id,
        expires_at=event.meeting.starts_at,
    )


def last_due(events: Iterable[ReminderDue]) -> list[ReminderDue]:
    """Keep, of each meeting, the reminder that was due last."""
    return list({event.meeting.id: event for event in sorted(events, key=lambda event: event.due_at)}.values())
