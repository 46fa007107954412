"""What membership does, by story."""

from .keeping_time import keep_time
from .pausing import receive, take_in_again
from .quarantine import NotOpen, give_up_waiting, replay
from .sharing import ownership, share, unshare
from .taking_in import hold, take_in
from .watching import watch

__all__ = [
    "NotOpen",
    "give_up_waiting",
    "hold",
    "keep_time",
    "ownership",
    "receive",
    "replay",
    "share",
    "take_in",
    "take_in_again",
    "unshare",
    "watch",
]
