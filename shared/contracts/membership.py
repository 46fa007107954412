"""What membership says: who is a member, who acts for it, how a person is reached, and which system needs its owner."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event, Value

Role = Literal["contact", "deputy", "chair"]
Language = Literal["da", "en"]


class Organisation(Value):
    """A legal body, and the town that it speaks for."""

    id: UUID
    name: str
    kind: str
    town: str
    municipality_code: str
    region: str | None = None
    cvr: str | None = None
    website: str | None = None


class Mandate(Value):
    """A person acts for an organisation, from `starts_on` up to and without `ends_on`."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    role: Role
    title: str | None = None
    starts_on: date
    ends_on: date | None = None


class Person(Value):
    """A human being and how to write to them."""

    id: UUID
    name: str
    email: str
    phone: str | None = None
    language: Language


class SystemOwner(Value):
    """How to write to whoever looks after another system: an address, which need not be a person's."""

    email: str
    language: Language


class MemberJoined(Event):
    """An organisation is now an active member. Its people come in `MandateStarted`."""

    type: ClassVar[str] = "membership.member_joined.v1"

    organisation: Organisation
    since: date
    version: int = Field(description="Rises with every change of the organisation; a hearer ignores an older one.")


class MemberUpdated(Event):
    """What is known of an active member has changed."""

    type: ClassVar[str] = "membership.member_updated.v1"

    organisation: Organisation
    version: int = Field(description="Rises with every change of the organisation; a hearer ignores an older one.")


class MemberLeft(Event):
    """An organisation is no longer a member, from `on`. Its mandates end in events of their own."""

    type: ClassVar[str] = "membership.member_left.v1"

    organisation: Organisation
    on: date
    reason: str | None = None
    version: int = Field(description="Rises with every change of the organisation; a hearer ignores an older one.")


class MandateStarted(Event):
    """A person now acts for an organisation. Said again, with a higher version, when the title changes."""

    type: ClassVar[str] = "membership.mandate_started.v1"

    mandate: Mandate
    version: int = Field(description="Rises with every change of the mandate; a hearer ignores an older one.")


class MandateEnded(Event):
    """A person no longer acts for an organisation under this mandate."""

    type: ClassVar[str] = "membership.mandate_ended.v1"

    mandate: Mandate
    version: int = Field(description="Rises with every change of the mandate; a hearer ignores an older one.")


class PersonUpdated(Event):
    """A person's name, address or language, at first sight and at every change. Only here do they travel."""

    type: ClassVar[str] = "membership.person_updated.v1"

    person: Person
    version: int = Field(description="Rises with every change of the person; a hearer ignores an older one.")


class SystemFellSilent(Event):
    """A system that reports to us has sent nothing for longer than it usually pauses. Said once an episode."""

    type: ClassVar[str] = "membership.system_fell_silent.v1"

    episode_id: UUID = Field(description="Whoever tells the owner does so once for each.")
    system: str
    owner: SystemOwner
    since: AwareDatetime = Field(description="When its last message came, to the minute.")
    usual_hours: int = Field(description="The longest that it paused before, in hours.")


class SystemFlooded(Event):
    """A system that reports to us has sent more messages within an hour than its limit. Said once an episode."""

    type: ClassVar[str] = "membership.system_flooded.v1"

    episode_id: UUID = Field(description="Whoever tells the owner does so once for each.")
    system: str
    owner: SystemOwner
    at: AwareDatetime = Field(description="The end of the hour in which the messages were counted.")
    messages: int
    most_per_hour: int = Field(description="The system's limit.")


EVENTS: tuple[type[Event], ...] = (
    MemberJoined,
    MemberUpdated,
    MemberLeft,
    MandateStarted,
    MandateEnded,
    PersonUpdated,
    SystemFellSilent,
    SystemFlooded,
)
