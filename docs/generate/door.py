"""The contract of the open event door, for programs, as an AsyncAPI 3.0 document."""

from typing import Any

from shared.messaging import topology

from .messages import ANY_SYSTEM, Message, answers, reports
from .nodes import (
    BINDING,
    JSON,
    REQUIRED,
    SCHEMAS,
    TEXT,
    Node,
    channel_messages,
    component_messages,
    exchange,
    head,
    in_binary_mode,
    operation,
    said_by_us,
    said_by_us_trait,
    schemas,
    security,
    server,
)
from .page import DOOR

PREFIXES = ("ce-", "cloudEvents:", "cloudEvents_")
STRUCTURED = "application/cloudevents+json"

SYSTEM: Node = {
    "description": "The name of your system, which is also the name of its broker user.",
    "examples": ["register"],
}
ANYTHING: Node = {"description": "One word or more, of no consequence.", "examples": ["members"]}
ATTRIBUTES: Node = {
    "specversion": {"type": "string", "const": "1.0"},
    "type": {"type": "string"},
    "source": {**TEXT, "description": "One that is registered for you. With `id` it identifies the message for ever."},
    "id": TEXT,
    "time": {
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": "integer", "description": "Milliseconds since 1970, as some libraries write it."},
        ],
        "description": "When it happened at yours.",
    },
    "snapshot": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The complete list that it is on."},
}
CORRELATION = "The answer carries the `source` and `id` of the report as `message_source` and `message_id`."


def door() -> Node:
    """Write the document."""
    reported, answered = [*map(_binary_name, reports()), *map(_structured_name, reports())], _types(answers())
    return {
        **head("Handelsbyer: the open event door", DOOR),
        "servers": {
            "tls": server("amqps", 5671, "RabbitMQ, from any other machine."),
            "private": server("amqp", 5672, "RabbitMQ, on a network that is the operator's own."),
        },
        "channels": {
            topology.UPSTREAM: _reports_channel(reported),
            topology.ANSWERS: _answers_channel(answered),
        },
        "operations": {
            "take_in": _take_in(reported, answered),
            "answer": {
                **operation("send", topology.ANSWERS, answered),
                "title": "Read what became of your messages",
                "description": "Every message is answered, in the order of processing. Consume your queue, and "
                "acknowledge an answer once you have dealt with it.",
            },
        },
        "components": {
            "messages": {
                **{_binary_name(message): _binary(message) for message in reports()},
                **{_structured_name(message): _structured(message) for message in reports()},
                **{message.type: _answer(message) for message in answers()},
            },
            "messageTraits": {"binary": _binary_trait(), "said_by_us": said_by_us_trait()},
            "schemas": {"CloudEvent": _cloudevent(), **schemas([*reports(), *answers()])},
            "securitySchemes": security("The name of your system, and the password that the operator gave you."),
        },
    }


def _types(messages: list[Message]) -> list[str]:
    return [message.type for message in messages]


def _binary_name(message: Message) -> str:
    return message.type


def _structured_name(message: Message) -> str:
    return f"{message.type}.structured"


def _reports_channel(reported: list[str]) -> Node:
    return {
        "address": f"{ANY_SYSTEM}.{{anything}}",
        "title": "The open event door",
        "description": "Where you report. The broker refuses a routing key that does not begin with your name.",
        "messages": component_messages(reported),
        "parameters": {"system": SYSTEM, "anything": ANYTHING},
        "bindings": exchange(topology.UPSTREAM, "topic"),
    }


def _answers_channel(answered: list[str]) -> Node:
    name = f"{topology.ANSWERS}.{ANY_SYSTEM}"
    return {
        "address": name,
        "title": "Answers",
        "description": "Your own queue. It is there already; it keeps the newest 10,000 answers for 14 days.",
        "messages": component_messages(answered),
        "parameters": {"system": SYSTEM},
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"},
                "bindingVersion": BINDING,
            }
        },
    }


def _take_in(reported: list[str], answered: list[str]) -> Node:
    return {
        **operation("receive", topology.UPSTREAM, reported, mandatory=True),
        "title": "Report",
        "description": "We receive what you publish: persistent, mandatory, on a channel with publisher confirms. "
        "Without the broker's confirm, publish again with the same `id`: what comes twice changes nothing.",
        "reply": {
            "channel": {"$ref": f"#/channels/{topology.ANSWERS}"},
            "messages": channel_messages(topology.ANSWERS, answered),
        },
    }


def _binary(message: Message) -> Node:
    return {
        "name": message.type,
        "title": message.name,
        "summary": message.meaning,
        "headers": {
            "type": "object",
            "properties": {f"{prefix}type": {"const": message.type} for prefix in PREFIXES},
        },
        "payload": {"$ref": SCHEMAS.format(model=message.name)},
        "examples": [in_binary_mode(example) for example in message.examples],
        "traits": [{"$ref": "#/components/messageTraits/binary"}],
    }


def _binary_trait() -> Node:
    return {
        "contentType": JSON,
        "headers": {
            "type": "object",
            "description": "The attributes under any of three prefixes; other headers are ignored.",
            "anyOf": [_attributes(prefix) for prefix in PREFIXES],
        },
        "correlationId": {"description": CORRELATION, "location": "$message.header#/ce-id"},
        "bindings": {"amqp": {"bindingVersion": BINDING}},
    }


def _attributes(prefix: str) -> Node:
    return {
        "title": f"binary mode, {prefix}",
        "required": [f"{prefix}{name}" for name in REQUIRED],
        "properties": {f"{prefix}{name}": attribute for name, attribute in ATTRIBUTES.items()},
    }


def _structured(message: Message) -> Node:
    data = {"$ref": SCHEMAS.format(model=message.name)}
    return {
        "name": message.type,
        "title": f"{message.name}, structured",
        "summary": f"{message.meaning} All of it in the body.",
        "contentType": STRUCTURED,
        "payload": {
            "allOf": [
                {"$ref": SCHEMAS.format(model="CloudEvent")},
                {"type": "object", "properties": {"type": {"const": message.type}, "data": data}},
            ]
        },
        "correlationId": {"description": CORRELATION, "location": "$message.payload#/id"},
        "examples": [{"name": example["id"], "payload": example} for example in message.examples],
        "bindings": {"amqp": {"bindingVersion": BINDING}},
    }


def _cloudevent() -> Node:
    properties: dict[str, Any] = {**ATTRIBUTES, "datacontenttype": {"type": "string"}, "data": {"type": "object"}}
    return {
        "title": "CloudEvent",
        "description": "A CloudEvent 1.0 in structured mode; other attributes are ignored.",
        "type": "object",
        "required": [*REQUIRED, "data"],
        "properties": properties,
    }


def _answer(message: Message) -> Node:
    return {
        **said_by_us(message),
        "correlationId": {"description": CORRELATION, "location": "$message.payload#/message_id"},
    }
