"""What notifications does, by story; each use case in one transaction."""

from .choosing import choose, mute, unmute
from .delivering import pause_domains, record, sweep, take_up
from .holding import AlreadyHeld, NotHeld, hold_topic, release_topic
from .hosting import ask_hosts
from .inviting import keep_answers, keep_meetings
from .keeping_people import keep_mandates, keep_members, keep_people
from .reminding import remind
from .resending import resend
from .restoring import NothingHeldBack, begin_sending, dismiss_held_back, release_held_back
from .suppressing import NotSuppressed, keep_suppressions, learn, undo_suppression
from .telling import tell_of_crises, tell_owners

__all__ = [
    "AlreadyHeld",
    "NotHeld",
    "NotSuppressed",
    "NothingHeldBack",
    "ask_hosts",
    "begin_sending",
    "choose",
    "dismiss_held_back",
    "hold_topic",
    "keep_answers",
    "keep_mandates",
    "keep_meetings",
    "keep_members",
    "keep_people",
    "keep_suppressions",
    "learn",
    "mute",
    "pause_domains",
    "record",
    "release_held_back",
    "release_topic",
    "remind",
    "resend",
    "sweep",
    "take_up",
    "tell_of_crises",
    "tell_owners",
    "undo_suppression",
    "unmute",
]
