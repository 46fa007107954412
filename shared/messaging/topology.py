"""The names of exchanges and queues; `deploy/rabbitmq/definitions` declares them, the services declare nothing."""

UPSTREAM = "upstream"
ANSWERS = "upstream.answers"
UNROUTED = "bus.unrouted"
# What membership hears of our own services; its inbox is the open event door.
OURS = "membership.ours"
RETRY_DELAYS_MS = (1_000, 10_000, 60_000, 600_000)


def events(service: str) -> str:
    """The exchange for what a service says."""
    return f"{service}.events"


def inbox(service: str) -> str:
    """The queue of what a service hears."""
    return f"{service}.inbox"


def retry(service: str) -> str:
    """The exchange whose queues hand a message back to the inbox after the delay that its routing key names."""
    return f"{service}.retry"


def dead_letters(service: str) -> str:
    """The exchange for messages that are given up; they end in the parked queue."""
    return f"{service}.dlx"


def parked(service: str) -> str:
    """The queue where messages wait that could not be taken in: for a human to look at and replay."""
    return f"{service}.parked"
