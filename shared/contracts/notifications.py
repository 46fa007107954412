"""What notifications says: what people choose to get, in which language, and which address reaches nobody."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event
from shared.contracts.membership import Language

MutableTopic = Literal["invitations", "reminders", "minutes", "news", "digest"]
Unreachable = Literal["no_such_address", "refused_repeatedly"]
Ending = Literal["delivered", "undone", "expired"]


class PreferencesChanged(Event):
    """A person has chosen what they get by e-mail, or in which language. Carries all that they have chosen."""

    type: ClassVar[str] = "notifications.preferences_changed.v1"

    person_id: UUID
    language: Language | None = Field(
        description="The person's own choice, which wins over what anybody else says; null where they made none."
    )
    muted: tuple[MutableTopic, ...] = Field(description="The topics that they do not want to get, in alphabetic order.")
    version: int = Field(description="Rises with every choice of the person; a hearer ignores an older one.")


class AddressUnreachable(Event):
    """Mail to an address is refused, and nothing more is sent there for a while. Said again once that has ended."""

    type: ClassVar[str] = "notifications.address_unreachable.v1"

    suppression_id: UUID = Field(description="Of this one time; the same when it is said that it has ended.")
    address_digest: str = Field(
        description="SHA-256 of the address in lower case, in hexadecimal: who knows the address recognises it."
    )
    people: tuple[UUID, ...] = Field(description="Who was reached there, as far as notifications knows.")
    reason: Unreachable = Field(
        description="Nobody is there; or somebody whose mailbox refused three e-mails within fourteen days."
    )
    since: AwareDatetime
    until: AwareDatetime = Field(description="When it is tried again, if nothing else happens.")
    ended_at: AwareDatetime | None = Field(description="Since when it is so no longer; null while it is.")
    ended_how: Ending | None = Field(
        description="An e-mail was accepted after all; somebody undid it; or its time was over. Null while it is so."
    )
    version: int = Field(description="Rises when it ends; a hearer ignores an older one.")


EVENTS: tuple[type[Event], ...] = (PreferencesChanged, AddressUnreachable)
