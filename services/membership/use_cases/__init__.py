"""What membership does, by story."""

from .keeping_time import keep_time
from .quarantine import NotOpen, give_up_waiting, replay
from .sharing import ownership, share, unshare
from .taking_in import hold, take_in

__all__ = ["NotOpen", "give_up_waiting", "hold", "keep_time", "ownership", "replay", "share", "take_in", "unshare"]
