"""What notifications does, by story; each use case in one transaction."""

from .choosing import mute, unmute
from .delivering import record, sweep
from .hosting import ask_hosts
from .inviting import keep_answers, keep_meetings
from .keeping_people import keep_mandates, keep_members, keep_people
from .reminding import remind
from .telling import tell_of_crises, tell_owners

__all__ = [
    "ask_hosts",
    "keep_answers",
    "keep_mandates",
    "keep_meetings",
    "keep_members",
    "keep_people",
    "mute",
    "record",
    "remind",
    "sweep",
    "tell_of_crises",
    "tell_owners",
    "unmute",
]
