"""What meetings does, by story; each use case in one transaction."""

from .answering import give_answer, pass_on_places, set_capacity, set_series_capacity
from .attending import enter_attendance, list_absent
from .changing import cancel_meeting, move_meeting
from .crisis import end_crisis, extend_crisis, get_plan, start_crisis, undo_crisis
from .following import follow_the_network
from .hosting import choose_host, exclude_town, include_town, propose_host
from .inviting import keep_people
from .planning import anything_due, create_series, follow_the_calendar
from .replanning import change_series, end_series
from .subscribing import replace_feed_address

__all__ = [
    "anything_due",
    "cancel_meeting",
    "change_series",
    "choose_host",
    "create_series",
    "end_crisis",
    "end_series",
    "enter_attendance",
    "exclude_town",
    "extend_crisis",
    "follow_the_calendar",
    "follow_the_network",
    "get_plan",
    "give_answer",
    "include_town",
    "keep_people",
    "list_absent",
    "move_meeting",
    "pass_on_places",
    "propose_host",
    "replace_feed_address",
    "set_capacity",
    "set_series_capacity",
    "start_crisis",
    "undo_crisis",
]
