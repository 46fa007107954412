"""When nothing more is mailed about a topic because the far side says that we are at fault. Pure."""

from collections.abc import Mapping
from datetime import timedelta

# What is looked at: the last attempts of all topics, as far as they are recent.
LAST_ATTEMPTS = 500
RECENT = timedelta(hours=1)

FEWEST = 3
FEWEST_FOR_ONE_DOMAIN = 10
SHARE = 0.1


def is_at_fault(attempts: int, blamed: Mapping[str, int]) -> bool:
    """Tell from the recent attempts of a topic, and those that were blamed on us by domain, whether it is to be held.

    One town whose server dislikes us holds up nobody else: it takes two domains, or more mails than one town has
    people, and a tenth of what was tried.
    """
    total = sum(blamed.values())
    fewest = FEWEST if len(blamed) > 1 else FEWEST_FOR_ONE_DOMAIN
    return total >= max(fewest, attempts * SHARE)
