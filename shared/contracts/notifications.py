"""What notifications says: what people choose to get, and in which language."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event
from shared.contracts.membership import Language

MutableTopic = Literal["invitations", "reminders", "minutes", "news", "digest"]


class PreferencesChanged(Event):
    """A person has chosen what they get by e-mail, or in which language. Carries all that they have chosen."""

    type: ClassVar[str] = "notifications.preferences_changed.v1"

    person_id: UUID
    language: Language | None = Field(
        description="The person's own choice, which wins over what anybody else says; null where they made none."
    )
    muted: tuple[MutableTopic, ...] = Field(description="The topics that they do not want to get, in alphabetic order.")
    version: int = Field(description="Rises with every choice of the person; a hearer ignores an older one.")


EVENTS: tuple[type[Event], ...] = (PreferencesChanged,)
