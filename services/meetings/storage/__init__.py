"""All SQL of meetings, by story; each function is one statement and returns domain objects."""

from .invitations import (
    count_standing,
    highest_revision,
    keep_invitations,
    missing_invitations,
    people_in_group,
    revise_standing,
    surplus_invitations,
)
from .meetings import (
    add_meetings,
    get_meeting,
    keep_meeting,
    list_meetings,
    mark_begun,
    mark_opened,
    meeting_is_due,
    open_meetings,
)
from .network import keep_mandates, keep_members, keep_people, people_concerned
from .overview import overview
from .series import add_series, get_series, list_series, lock_network, mark_planned, series_after

__all__ = [
    "add_meetings",
    "add_series",
    "count_standing",
    "get_meeting",
    "get_series",
    "highest_revision",
    "keep_invitations",
    "keep_mandates",
    "keep_meeting",
    "keep_members",
    "keep_people",
    "list_meetings",
    "list_series",
    "lock_network",
    "mark_begun",
    "mark_opened",
    "mark_planned",
    "meeting_is_due",
    "missing_invitations",
    "open_meetings",
    "overview",
    "people_concerned",
    "people_in_group",
    "revise_standing",
    "series_after",
    "surplus_invitations",
]
