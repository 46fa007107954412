"""What the answer page shows of one person and one meeting, as it is now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.contracts.membership import Language
from shared.database.pool import Connection
from shared.links import AnswerLink

from . import storage
from .answers import ATTENDANCES, Answer
from .domain import Meeting

# So long after its meeting a link still shows what was answered.
KEPT = timedelta(days=1)

State = Literal["open", "begun", "cancelled", "not_invited"]


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One person's answer to one meeting; `turn` is the how-manieth they are who wait, `name` what they are called."""

    meeting: Meeting
    state: State
    name: str | None
    language: Language
    answer: Answer | None
    turn: int | None

    @property
    def hybrid(self) -> bool:
        """Whether one also says how one comes."""
        return len(ATTENDANCES[self.meeting.mode]) > 1

    def has_ended(self, now: datetime) -> bool:
        """Whether the link is good for nothing any more; it follows a meeting that moves."""
        return now > self.meeting.ends_at + KEPT


async def find_page(conn: Connection, link: AnswerLink, now: datetime) -> AnswerPage:
    """Return what a link shows; raise NotFound where there is no such meeting."""
    meeting = await storage.get_meeting(conn, link.meeting_id)
    person = await storage.get_person(conn, link.person_id)
    answer = await storage.get_answer(conn, link.meeting_id, link.person_id)
    invited = await storage.is_invited(conn, link.meeting_id, link.person_id)
    return AnswerPage(
        meeting=meeting,
        state=_state(meeting, invited, now),
        name=person.name if person else None,
        language="en" if person and person.language == "en" else "da",
        answer=answer,
        turn=await storage.turn_in_line(conn, answer) if answer and answer.turn is not None else None,
    )


def _state(meeting: Meeting, invited: bool, now: datetime) -> State:
    if meeting.status == "cancelled":
        return "cancelled"
    if not invited:
        return "not_invited"
    return "begun" if meeting.starts_at <= now else "open"
