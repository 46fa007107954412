"""All SQL of membership, by story."""

from .messages import add_taken_in, allow_source, known_codes, sources, taken_in_messages
from .overview import overview
from .quarantine import (
    add_kept,
    count_kept,
    find_kept,
    kept_messages,
    mark_cleared,
    mark_settled,
    overdue_messages,
    waiting_messages,
)
from .register import add_history, load, load_due, lock, store

__all__ = [
    "add_history",
    "add_kept",
    "add_taken_in",
    "allow_source",
    "count_kept",
    "find_kept",
    "kept_messages",
    "known_codes",
    "load",
    "load_due",
    "lock",
    "mark_cleared",
    "mark_settled",
    "overdue_messages",
    "overview",
    "sources",
    "store",
    "taken_in_messages",
    "waiting_messages",
]
