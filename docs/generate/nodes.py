"""The parts that our AsyncAPI 3.0 documents have in common."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .messages import Message
from .schemas import schemas_together

Node = dict[str, Any]

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
BINDING = "0.3.0"
SCHEMAS = "#/components/schemas/{model}"
JSON = "application/json"
REQUIRED = ("specversion", "type", "source", "id", "time")
TEXT: Node = {"type": "string", "minLength": 1, "maxLength": 255}


def head(title: str, description: str) -> Node:
    """Begin a document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": tomllib.loads(PROJECT.read_text())["project"]["version"],
            "description": description,
            "license": {"name": "MIT"},
        },
        "defaultContentType": JSON,
    }


def server(protocol: str, port: int, description: str) -> Node:
    """Describe RabbitMQ as it is reached by one protocol."""
    return {
        "host": f"{{host}}:{port}",
        "protocol": protocol,
        "protocolVersion": "0-9-1",
        "description": description,
        "variables": {"host": {"description": "As the operator tells you.", "default": "localhost"}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def security(description: str) -> Node:
    """Describe how one logs in at the broker."""
    return {"user": {"type": "userPassword", "description": description}}


def exchange(name: str, kind: str) -> Node:
    """Bind a channel to an exchange, whose routing keys are its addresses."""
    declared = {"name": name, "type": kind, "durable": True, "autoDelete": False, "vhost": "/"}
    return {"amqp": {"is": "routingKey", "exchange": declared, "bindingVersion": BINDING}}


def operation(action: str, channel: str, names: Sequence[str], **bindings: Any) -> Node:
    """Describe what is done with the named messages of a channel."""
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": channel_messages(channel, names),
        "bindings": {"amqp": {"deliveryMode": 2, **bindings, "bindingVersion": BINDING}},
    }


def channel_messages(channel: str, names: Sequence[str]) -> list[Node]:
    """Refer to messages as a channel has them."""
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]


def component_messages(names: Sequence[str]) -> Node:
    """Refer to messages as the components have them."""
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def schemas(messages: Iterable[Message]) -> Node:
    """Describe the data of messages, each part once."""
    return schemas_together((message.contract for message in messages), SCHEMAS)


def said_by_us(message: Message) -> Node:
    """Describe a message that a service of ours says: in binary mode, its attributes in `ce-` headers."""
    return {
        "name": message.type,
        "title": message.name,
        "summary": message.meaning,
        "headers": {"type": "object", "properties": {"ce-type": {"const": message.type}}},
        "payload": {"$ref": SCHEMAS.format(model=message.name)},
        "examples": [in_binary_mode(example) for example in message.examples],
        "traits": [{"$ref": "#/components/messageTraits/said_by_us"}],
    }


def said_by_us_trait() -> Node:
    """Describe what everything has in common that our services say."""
    attributes = {
        "specversion": {"type": "string", "const": "1.0"},
        "type": {"type": "string"},
        "source": {**TEXT, "description": "With `ce-id` it identifies the message for ever."},
        "id": TEXT,
        "time": {"type": "string", "format": "date-time"},
        "correlationid": {"type": "string"},
    }
    return {
        "contentType": JSON,
        "headers": {
            "type": "object",
            "required": [f"ce-{name}" for name in attributes],
            "properties": {f"ce-{name}": attribute for name, attribute in attributes.items()},
        },
        "correlationId": {
            "description": "The same in everything that follows from one report or request.",
            "location": "$message.header#/ce-correlationid",
        },
        "bindings": {"amqp": {"bindingVersion": BINDING}},
    }


def in_binary_mode(example: Node) -> Node:
    """Turn a CloudEvent from structured into binary mode."""
    attributes = {name: value for name, value in example.items() if name not in ("data", "datacontenttype")}
    return {
        "name": example["id"],
        "headers": {f"ce-{name}": value for name, value in attributes.items()},
        "payload": example["data"],
    }
