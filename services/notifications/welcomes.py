"""What a person is mailed who acts for a member for the first time. Pure."""

from dataclasses import dataclass
from uuid import UUID

from .domain import CHANGES, Draft, Language


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who acts for a member and was never welcomed."""

    person_id: UUID
    name: str
    address: str
    language: Language
    role: str
    organisation_id: UUID
    organisation: str
    town: str
    revision: int


def welcome(newcomer: Newcomer, correlation_id: str) -> Draft:
    """Greet a person, and name what made them one of the network."""
    return Draft(
        kind="welcome",
        topic="account",
        language=newcomer.language,
        person_id=newcomer.person_id,
        object_id=newcomer.organisation_id,
        address=newcomer.address,
        facts={"organisation": newcomer.organisation, "town": newcomer.town},
        params={"name": newcomer.name, "role": newcomer.role},
        revision=newcomer.revision,
        priority=CHANGES,
        correlation_id=correlation_id,
    )
