"""What the membership service is told by its environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service is told."""
