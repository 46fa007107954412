"""What the meetings service is told by its environment."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What meetings needs to know beyond what every service does."""

    uid_domain: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[a-z0-9.-]+$",
        description="domain of the calendar UIDs of new meetings; a meeting keeps the UID that it has",
    )
    answer_secret: SecretStr = Field(
        min_length=32, description="what notifications signs the links to the answer page with; a new one ends them all"
    )
    meetings_url: str = Field(
        pattern=r"^https?://[^\s/]+[^\s?#]*$",
        description="where readers and calendar programs reach our pages and feeds",
    )
    offer_hours: int = Field(
        24, ge=1, le=30 * 24, description="so long a freed place is offered to one who waits, then to the next"
    )
