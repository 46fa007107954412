"""What every message of ours has in common."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A part of a message; unknown fields are ignored, so that a hearer survives a newer publisher."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """Something that happened. Its `type` is both the CloudEvents type and the routing key."""

    type: ClassVar[str]

    correlation_id: str = Field(
        description="The upstream message or request that set this off; the same in every event that follows from it."
    )
