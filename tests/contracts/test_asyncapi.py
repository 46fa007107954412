"""The AsyncAPI document is one by its own specification, and its examples are what it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from docs.generate.asyncapi import asyncapi

SPECIFICATION = (
    Path(__file__).parents[1] / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
)

DOCUMENT = asyncapi()
MESSAGES: dict[str, dict[str, Any]] = DOCUMENT["components"]["messages"]


@pytest.fixture(scope="module")
def specification() -> Draft7Validator:
    if not SPECIFICATION.exists():
        pytest.fail("the packages of tests/package.json are missing: `make test` installs them", pytrace=False)
    return Draft7Validator(json.loads(SPECIFICATION.read_text()))


def test_the_document_follows_the_official_schema(specification: Draft7Validator) -> None:
    faults = [(fault.json_path, fault.message) for fault in specification.iter_errors(DOCUMENT)]

    assert faults == []


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        assert resolve(reference)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=list(MESSAGES))
def test_each_example_is_as_its_message_is_described(message: dict[str, Any]) -> None:
    described = with_traits(message)
    headers = Draft7Validator({**described["headers"], "components": DOCUMENT["components"]})
    payload = Draft7Validator({**described["payload"], "components": DOCUMENT["components"]})

    for example in message["examples"]:
        headers.validate(example["headers"])
        payload.validate(example["payload"])


@pytest.mark.parametrize("name", ["ce-id", "ce-source", "ce-time", "ce-type", "ce-specversion"])
def test_a_message_without_an_attribute_is_not_as_described(name: str) -> None:
    described = with_traits(MESSAGES["upstream.organisation_left.v1"])
    headers = {key: value for key, value in described["examples"][0]["headers"].items() if key != name}

    assert not Draft7Validator(described["headers"]).is_valid(headers)


def test_what_we_say_also_names_what_it_follows_from() -> None:
    assert "ce-correlationid" in with_traits(MESSAGES["membership.member_joined.v1"])["headers"]["required"]


def test_nobody_is_sent_to_the_inbox_of_a_service() -> None:
    assert ".inbox" not in json.dumps(DOCUMENT["channels"])


def references(part: object) -> list[str]:
    match part:
        case {"$ref": str(reference)}:
            return [reference]
        case dict():
            return [found for value in part.values() for found in references(value)]
        case list():
            return [found for value in part for found in references(value)]
    return []


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def with_traits(message: dict[str, Any]) -> dict[str, Any]:
    """Merge the traits into a message in their order, the message itself last, as the specification says."""
    merged: dict[str, Any] = {}
    for trait in (*map(resolve, references(message["traits"])), message):
        merged = patched(merged, trait)
    return merged


def patched(target: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    kept = target if isinstance(target, dict) else {}
    return {**kept, **{name: patched(kept.get(name), value) for name, value in patch.items()}}
