"""What a person chooses to get by e-mail, and in which language. Pure."""

from dataclasses import dataclass

from shared.contracts.notifications import MutableTopic

from .domain import Language


@dataclass(frozen=True, slots=True)
class Choice:
    """All that one person has chosen; there is no language where they chose none."""

    language: Language | None
    muted: frozenset[MutableTopic]
