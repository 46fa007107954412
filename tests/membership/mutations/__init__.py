"""Whatever may come of a good message."""

from .messages import mutated

__all__ = ["mutated"]
