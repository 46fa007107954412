"""What membership does, by story."""

from .editing import NotOpen, edit
from .halving import halved
from .keeping_time import keep_time
from .missing import keep_missing, remove_missing
from .own_languages import keep_own_languages
from .pausing import receive, take_in_again
from .quarantine import dismiss, forget_settled, give_up_waiting, replay
from .saying_again import say_members_again
from .sharing import ownership, share, unshare
from .systems import describe, pause, resume
from .taking_in import begin, current_codes, hold, take_in
from .unreachable import keep_unreachable
from .watching import watch

__all__ = [
    "NotOpen",
    "begin",
    "current_codes",
    "describe",
    "dismiss",
    "edit",
    "forget_settled",
    "give_up_waiting",
    "halved",
    "hold",
    "keep_missing",
    "keep_own_languages",
    "keep_time",
    "keep_unreachable",
    "ownership",
    "pause",
    "receive",
    "remove_missing",
    "replay",
    "resume",
    "say_members_again",
    "share",
    "take_in",
    "take_in_again",
    "unshare",
    "watch",
]
