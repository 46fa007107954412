"""All SQL of membership, by story."""

from .audit import add_taken_in, audit
from .concerns import add_concern, mark_over, open_concerns, reopen_concern
from .links import add_link, appointments_at, find_links, find_organisation, links_of, remove_link
from .locks import lock, lock_organisations
from .messages import known_codes, taken_in_messages
from .overview import overview
from .paused import add_paused, check_constraints, count_paused, paused_systems, take_paused
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
from .register import add_history, load, load_due, store
from .snapshots import (
    add_mentions,
    end_snapshot,
    lock_missing,
    mark_decided,
    mentioned_messages,
    missing,
    remove_mentions,
    start_snapshot,
)
from .systems import (
    SourceTaken,
    add_system,
    allow_source,
    find_system,
    mark_paused,
    remove_system,
    sources,
    system_of_password,
    systems,
)
from .traffic import (
    active_hours,
    add_traffic,
    find_listening,
    mark_listening,
    remove_traffic,
    watched_systems,
)

__all__ = [
    "SourceTaken",
    "active_hours",
    "add_concern",
    "add_history",
    "add_kept",
    "add_link",
    "add_mentions",
    "add_paused",
    "add_system",
    "add_taken_in",
    "add_traffic",
    "allow_source",
    "appointments_at",
    "audit",
    "check_constraints",
    "count_kept",
    "count_paused",
    "end_snapshot",
    "find_kept",
    "find_links",
    "find_listening",
    "find_organisation",
    "find_system",
    "kept_messages",
    "known_codes",
    "links_of",
    "load",
    "load_due",
    "lock",
    "lock_missing",
    "lock_organisations",
    "mark_cleared",
    "mark_decided",
    "mark_listening",
    "mark_over",
    "mark_paused",
    "mark_settled",
    "mentioned_messages",
    "missing",
    "open_concerns",
    "overdue_messages",
    "overview",
    "paused_systems",
    "remove_link",
    "remove_mentions",
    "remove_system",
    "remove_traffic",
    "reopen_concern",
    "sources",
    "start_snapshot",
    "store",
    "system_of_password",
    "systems",
    "take_paused",
    "taken_in_messages",
    "waiting_messages",
    "watched_systems",
]
