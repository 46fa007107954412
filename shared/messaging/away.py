"""What our AMQP library raises when the broker does not answer, or has gone."""

from aiormq.exceptions import AMQPError, ChannelInvalidStateError

# The second is what it raises for a channel that is closed already; a time-out is an OSError.
BROKER_AWAY = (AMQPError, ChannelInvalidStateError, OSError)
