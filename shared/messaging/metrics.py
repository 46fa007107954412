"""What operators watch of the messaging: events as they pass, and what stands in outbox and queues when they look."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("outbox_published", "Events that the broker has confirmed.")
REFUSED = Counter("outbox_refused", "Attempts to publish that the broker refused.")
HEARD = Counter("inbox_heard", "Events taken in.", ["event_type"])
FAILED = Counter("inbox_failed", "Events that could not be taken in, by what became of them.", ["outcome"])

WAITING = Gauge("outbox_waiting", "Events that wait to be published.")
GIVEN_UP = Gauge("outbox_given_up", "Events that the broker refused too often; a human has to look.")
OLDEST = Gauge("outbox_oldest_seconds", "How long the oldest event that waits has waited.")
REFUSED_NOW = Gauge("outbox_refused_now", "Events that wait although the broker was asked to take them, and refused.")

QUEUED = Gauge("queue_messages", "Messages in a queue that nobody has taken.", ["queue"])
CONSUMERS = Gauge("queue_consumers", "Consumers of a queue.", ["queue"])
BLOCKED = Gauge("broker_blocked", "Whether the broker takes no messages: away (1), or an alarm of its own (2).")
