"""What our services say, for programs, as an AsyncAPI 3.0 document: channels are exchanges, never inboxes."""

from .messages import Message, events
from .nodes import (
    Node,
    component_messages,
    exchange,
    head,
    operation,
    said_by_us,
    said_by_us_trait,
    schemas,
    security,
    server,
)

DESCRIPTION = """\
What the services of Handelsbyer say to each other. What other systems report to them, and are answered, has a document
of its own: services/membership/contract/asyncapi.json.
"""


def asyncapi() -> Node:
    """Write the document."""
    return {
        **head("Handelsbyer", DESCRIPTION),
        "servers": {"broker": server("amqp", 5672, "RabbitMQ.")},
        "channels": {message.type: _channel(message) for message in events()},
        "operations": {f"say_{message.type}": operation("send", message.type, [message.type]) for message in events()},
        "components": {
            "messages": {message.type: said_by_us(message) for message in events()},
            "messageTraits": {"said_by_us": said_by_us_trait()},
            "schemas": schemas(events()),
            "securitySchemes": security("Every service has its own broker user."),
        },
    }


def _channel(message: Message) -> Node:
    return {
        "address": message.routing_key,
        "description": f"Said by {message.said_by}, heard by {' and '.join(message.heard_by)}.",
        "messages": component_messages([message.type]),
        "bindings": exchange(message.exchange, "topic"),
    }
