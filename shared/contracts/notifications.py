"""What notifications says: nothing yet."""

from shared.contracts.event import Event

EVENTS: tuple[type[Event], ...] = ()
