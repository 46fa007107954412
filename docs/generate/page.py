"""The page that tells people who says what to whom."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .messages import ANY_SYSTEM, Message, answers, events, reports
from .schemas import Schema

DOOR = (Path(__file__).parent / "door.md").read_text()

INTRODUCTION = """\
# Events

Generated from `shared/contracts/`, its examples and `deploy/rabbitmq/definitions/` by `python -m docs.generate`; edit
those. For programs the same stands in two AsyncAPI 3.0 documents, [the open event
door](../services/membership/contract/asyncapi.json) and [what our services say](asyncapi.json), and each message's JSON
Schema in [shared/contracts/golden](../shared/contracts/golden).

Between our services a message is a CloudEvent in binary mode: its `type` is also its routing key, its attributes are
headers that begin with `ce-`, its data is the body. The examples show both together, as structured mode does. A
message carries the whole of what it speaks of and its `version`; whoever hears it keeps a copy and ignores an older
version than it has, so that neither order nor repetition does harm. Hearers ignore fields that they do not know.

`<system>` stands for the name of an upstream system.
"""

ANSWERS = """\
Said by membership on the exchange `upstream.answers`, and read in the queue `upstream.answers.<system>` by the system
that is answered.
"""

KINDS = {
    "string": "text",
    "integer": "whole number",
    "array": "list",
    "object": "object",
    "date": "date",
    "date-time": "instant",
    "uuid": "UUID",
    "idn-email": "e-mail address",
    "iri": "web address",
}

Row = tuple[str, str, str, str]


def events_page() -> str:
    """Write the page."""
    pieces = [
        INTRODUCTION,
        _overview([*reports(), *answers(), *events()]),
        "## The open event door: what other systems report\n",
        "From nothing to a first event that is accepted, in ten minutes: [publish-events.md](publish-events.md).\n",
        DOOR,
        *map(_section, reports()),
        "## What other systems are answered\n",
        ANSWERS,
        *map(_section, answers()),
    ]
    for service in dict.fromkeys(message.said_by for message in events()):
        said = [message for message in events() if message.said_by == service]
        pieces += [f"## What {service} says\n", f"On the exchange `{said[0].exchange}`.\n", *map(_section, said)]
    return "\n".join(pieces)


def _overview(messages: Iterable[Message]) -> str:
    rows = [
        f"| [`{message.type}`](#{_anchor(message.type)}) | {_who([message.said_by])} | {_who(message.heard_by)} |"
        for message in messages
    ]
    return "\n".join(["| message | said by | heard by |", "|---|---|---|", *rows, ""])


def _section(message: Message) -> str:
    fields = [f"| {' | '.join(row)} |" for row in _rows(message.schema, message.schema)]
    example = json.dumps(message.examples[-1], indent=2, ensure_ascii=False)
    return "\n".join(
        [
            f"### {message.type}\n",
            f"{message.meaning}\n",
            f"`{message.name}`: said by {_who([message.said_by])}, heard by {_who(message.heard_by)}.\n",
            "| field | is | required | meaning |",
            "|---|---|---|---|",
            *fields,
            f"\n```json\n{example}\n```\n",
        ]
    )


def _rows(part: Schema, whole: Schema, prefix: str = "") -> Iterator[Row]:
    """List the fields of an object, and after each the fields of what it holds."""
    for name, declared in part.get("properties", {}).items():
        field = {**_resolved(declared, whole), **declared}
        required = "yes" if name in part.get("required", []) else ""
        yield f"`{prefix}{name}`", _kind(field), required, field.get("description", "")
        yield from _rows(field, whole, f"{prefix}{name}.")
        yield from _rows(_resolved(field.get("items", {}), whole), whole, f"{prefix}{name}[].")


def _resolved(field: Schema, whole: Schema) -> Schema:
    """Return what a field refers to, or what it is where it may also be null."""
    if "$ref" in field:
        found: Schema = whole["$defs"][field["$ref"].removeprefix("#/$defs/")]
        return found
    alternatives = [other for other in field.get("anyOf", []) if other != {"type": "null"}]
    return _resolved(alternatives[0], whole) if alternatives else field


def _kind(field: Schema) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"]) + _default(field)
    kind: str = field.get("format") or field["type"]
    return KINDS[kind] + _size(field)


def _default(field: Schema) -> str:
    return f"; without it `{field['default']}`" if field.get("default") else ""


def _size(field: Schema) -> str:
    if pattern := field.get("pattern"):
        return f" like `{pattern}`"
    most: int | None = field.get("maxLength")
    return f", at most {most} characters" if most else ""


def _who(names: Sequence[str]) -> str:
    return " and ".join("`<system>`" if name == ANY_SYSTEM else name for name in names) or "nobody yet"


def _anchor(heading: str) -> str:
    """Name a heading as the usual renderers of Markdown do."""
    return heading.lower().replace(".", "")
