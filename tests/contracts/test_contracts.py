"""Golden schemas, examples and documents agree with the contracts, and stay readable for ever."""

import json
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from docs.generate.__main__ import generated, outdated
from docs.generate.messages import EXAMPLES, Message, every_message
from shared.contracts import meetings, membership, notifications, upstream
from shared.contracts.event import Event
from shared.contracts.upstream import Answer, UpstreamMessage

MESSAGES = every_message()
EXAMPLES_GIVEN = [(message, example) for message in MESSAGES for example in message.examples]
CHECKED = Draft202012Validator.FORMAT_CHECKER

each_message = pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type)
each_example = pytest.mark.parametrize(
    ("message", "example"), EXAMPLES_GIVEN, ids=[message.type for message, _ in EXAMPLES_GIVEN]
)


def test_schemas_and_documents_are_current() -> None:
    """If not: `python -m docs.generate`, and look at what a hearer will make of the difference."""
    assert outdated(generated()) == []


@each_message
def test_every_schema_is_one(message: Message) -> None:
    Draft202012Validator.check_schema(message.schema)


def test_every_example_is_one_of_a_message_that_there_is() -> None:
    used = {example["id"] for message in MESSAGES for example in message.examples}

    found = [json.loads(path.read_text()) for path in EXAMPLES.iterdir()]

    assert [example for example in found if example["id"] not in used] == []


@each_example
def test_an_example_once_given_is_read_for_ever(message: Message, example: dict[str, Any]) -> None:
    Draft202012Validator(message.schema, format_checker=CHECKED).validate(example["data"])

    message.contract.model_validate_json(json.dumps(example["data"]))


@each_example
def test_what_hearers_do_not_know_yet_does_them_no_harm(message: Message, example: dict[str, Any]) -> None:
    newer = {**example["data"], "added_later": {"by": "a newer publisher"}}

    Draft202012Validator(message.schema).validate(newer)

    known = message.contract.model_validate_json(json.dumps(example["data"]))
    assert message.contract.model_validate_json(json.dumps(newer)) == known


@each_example
def test_an_example_is_a_whole_cloudevent(message: Message, example: dict[str, Any]) -> None:
    attributes = {name: value for name, value in example.items() if name != "data"}
    said_by_us = issubclass(message.contract, Event)

    assert attributes["type"] == message.type
    assert list(attributes) == [
        *("specversion", "type", "source", "id", "time"),
        *(["correlationid"] if said_by_us else []),
        *(["snapshot"] if "snapshot" in attributes else []),
        "datacontenttype",
    ]
    assert not said_by_us or example["correlationid"] == example["data"]["correlation_id"]


@each_message
def test_the_newest_example_shows_every_field_as_we_write_it(message: Message) -> None:
    example = message.examples[-1]["data"]

    said = message.contract.model_validate_json(json.dumps(example))

    assert json.loads(said.model_dump_json()) == example


@each_message
def test_a_message_without_a_required_field_is_refused_by_schema_and_contract_alike(message: Message) -> None:
    for field in message.schema["required"]:
        lacking = {name: value for name, value in message.examples[-1]["data"].items() if name != field}

        assert not Draft202012Validator(message.schema).is_valid(lacking)
        with pytest.raises(ValidationError):
            message.contract.model_validate_json(json.dumps(lacking))


@pytest.mark.parametrize(
    ("module", "listed"),
    [
        (membership, membership.EVENTS),
        (meetings, meetings.EVENTS),
        (notifications, notifications.EVENTS),
        (upstream, (*upstream.MESSAGES, *upstream.ANSWERS)),
    ],
    ids=["membership", "meetings", "notifications", "upstream"],
)
def test_every_contract_is_listed_by_its_module(module: ModuleType, listed: tuple[type, ...]) -> None:
    said = {
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Event | UpstreamMessage) and "type" in vars(value)
    }

    assert said - {Event, UpstreamMessage, Answer} == set(listed)


def test_no_two_messages_share_a_type() -> None:
    types = [message.type for message in MESSAGES]

    assert len(types) == len(set(types))
