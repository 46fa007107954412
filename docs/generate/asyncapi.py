"""The same for programs, as an AsyncAPI 3.0 document: channels are exchanges with routing keys, never inboxes."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.messaging import topology

from .messages import ANY_SYSTEM, Message, answers, events, every_message, reports
from .page import DOOR
from .schemas import schemas_together

Node = dict[str, Any]

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
BINDING = "0.3.0"
SCHEMAS = "#/components/schemas/{model}"

SYSTEM: Node = {
    "description": "The name of an upstream system, which is also the name of its broker user.",
    "examples": ["register"],
}
ANYTHING: Node = {"description": "One word or more, of no consequence.", "examples": ["members"]}


def asyncapi() -> Node:
    """Write the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Handelsbyer",
            "version": tomllib.loads(PROJECT.read_text())["project"]["version"],
            "description": f"What the services of Handelsbyer say, and what other systems report to them.\n\n{DOOR}",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": {
            topology.UPSTREAM: _reports_channel(),
            topology.ANSWERS: _answers_channel(),
            **{message.type: _event_channel(message) for message in events()},
        },
        "operations": {
            "hear_reports": _hear_reports(),
            "answer_reports": _operation("send", topology.ANSWERS, answers()),
            **{f"say_{message.type}": _operation("send", message.type, [message]) for message in events()},
        },
        "components": _components(),
    }


def _server() -> Node:
    return {
        "host": "{host}:{port}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "RabbitMQ. What is said here is said from the side of Handelsbyer: it receives reports.",
        "variables": {
            "host": {"description": "As your operator tells you.", "default": "localhost"},
            "port": {"default": "5672"},
        },
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def _reports_channel() -> Node:
    return {
        "address": f"{ANY_SYSTEM}.{{anything}}",
        "title": "The open event door",
        "description": "Where other systems report; the broker checks that the routing key begins with their own name.",
        "messages": _references(reports()),
        "parameters": {"system": SYSTEM, "anything": ANYTHING},
        "bindings": _exchange(topology.UPSTREAM, "topic"),
    }


def _answers_channel() -> Node:
    name = f"{topology.ANSWERS}.{ANY_SYSTEM}"
    return {
        "address": name,
        "title": "Answers",
        "description": f"Each system's own queue, declared for it and filled from `{topology.ANSWERS}`.",
        "messages": _references(answers()),
        "parameters": {"system": SYSTEM},
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"},
                "bindingVersion": BINDING,
            }
        },
    }


def _event_channel(message: Message) -> Node:
    return {
        "address": message.routing_key,
        "description": f"Said by {message.said_by}, heard by {' and '.join(message.heard_by)}.",
        "messages": _references([message]),
        "bindings": _exchange(message.exchange, "topic"),
    }


def _exchange(name: str, kind: str) -> Node:
    exchange = {"name": name, "type": kind, "durable": True, "autoDelete": False, "vhost": "/"}
    return {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": BINDING}}


def _hear_reports() -> Node:
    reply = {"channel": _channel(topology.ANSWERS), "messages": _message_references(topology.ANSWERS, answers())}
    return {**_operation("receive", topology.UPSTREAM, reports()), "reply": reply}


def _operation(action: str, channel: str, messages: Sequence[Message]) -> Node:
    return {
        "action": action,
        "channel": _channel(channel),
        "messages": _message_references(channel, messages),
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": BINDING}},
    }


def _channel(name: str) -> Node:
    return {"$ref": f"#/channels/{name}"}


def _message_references(channel: str, messages: Sequence[Message]) -> list[Node]:
    return [{"$ref": f"#/channels/{channel}/messages/{message.type}"} for message in messages]


def _references(messages: Sequence[Message]) -> Node:
    return {message.type: {"$ref": f"#/components/messages/{message.type}"} for message in messages}


def _components() -> Node:
    return {
        "messages": {message.type: _message(message) for message in every_message()},
        "messageTraits": {"cloudevent": _cloudevent(), "said_by_us": _said_by_us()},
        "schemas": schemas_together((message.contract for message in every_message()), SCHEMAS),
        "securitySchemes": {"user": {"type": "userPassword", "description": "Every system has its own broker user."}},
    }


def _message(message: Message) -> Node:
    traits = ["cloudevent"] if message.said_by == ANY_SYSTEM else ["cloudevent", "said_by_us"]
    return {
        "name": message.type,
        "title": message.name,
        "summary": message.meaning,
        "headers": {"type": "object", "properties": {"ce-type": {"const": message.type}}},
        "payload": {"$ref": SCHEMAS.format(model=message.name)},
        "examples": [_example(example) for example in message.examples],
        "traits": [{"$ref": f"#/components/messageTraits/{name}"} for name in traits],
    }


def _example(example: Node) -> Node:
    """Turn a CloudEvent from structured into binary mode."""
    attributes = {name: value for name, value in example.items() if name not in ("data", "datacontenttype")}
    return {
        "name": example["id"],
        "headers": {f"ce-{name}": value for name, value in attributes.items()},
        "payload": example["data"],
    }


def _cloudevent() -> Node:
    attribute = {"type": "string", "minLength": 1, "maxLength": 255}
    return {
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": ["ce-specversion", "ce-type", "ce-source", "ce-id", "ce-time"],
            "properties": {
                "ce-specversion": {"type": "string", "const": "1.0"},
                "ce-type": {"type": "string"},
                "ce-source": {**attribute, "description": "With `ce-id` it identifies the message for ever."},
                "ce-id": attribute,
                "ce-time": {"type": "string", "format": "date-time"},
            },
        },
        "bindings": {"amqp": {"bindingVersion": BINDING}},
    }


def _said_by_us() -> Node:
    return {
        "headers": {"required": _required_of_us(), "properties": {"ce-correlationid": {"type": "string"}}},
        "correlationId": {
            "description": "The same in everything that follows from one report or request.",
            "location": "$message.header#/ce-correlationid",
        },
    }


def _required_of_us() -> list[str]:
    """A later trait replaces a list of the one before, so this one repeats it."""
    required: list[str] = _cloudevent()["headers"]["required"]
    return [*required, "ce-correlationid"]
