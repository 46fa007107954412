"""What meetings does, by story; each use case in one transaction."""

from .answering import give_answer, pass_on_places, set_capacity, set_series_capacity
from .attending import enter_attendance, list_absent
from .changing import cancel_meeting, move_meeting
from .inviting import follow_the_network, keep_people
from .planning import anything_due, create_series, follow_the_calendar
from .replanning import change_series, end_series

__all__ = [
    "anything_due",
    "cancel_meeting",
    "change_series",
    "create_series",
    "end_series",
    "enter_attendance",
    "follow_the_calendar",
    "follow_the_network",
    "give_answer",
    "keep_people",
    "list_absent",
    "move_meeting",
    "pass_on_places",
    "set_capacity",
    "set_series_capacity",
]
