"""What membership serves as its contract is what membership does: each example is published as the contract says."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aio_pika
import httpx
import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from services.membership.app import build
from services.membership.settings import Settings
from tests.conftest import DatabaseOf
from tests.support.asyncapi import resolved, with_traits
from tests.support.broker import Broker
from tests.support.builders import SYSTEM
from tests.support.eventually import eventually
from tests.support.systems import let_report

NOW = datetime(2027, 1, 1, tzinfo=UTC)
TOKEN = "a token of an operator"
HANDED_OUT = {"system": SYSTEM}

Document = dict[str, Any]


@pytest.fixture
async def browser(broker: Broker, database: DatabaseOf) -> AsyncIterator[httpx.AsyncClient]:
    """Who asks membership over HTTP while all of it runs."""
    made = await database("membership")
    await let_report(made)
    told = {"database_url": made.runtime_url, "amqp_url": broker.url("membership"), "operator_token": TOKEN}
    app = build(Settings.model_validate(told), now=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://handelsbyer.example/upstream/") as client,
    ):
        yield client


class Follower:
    """Another system whose developer has nothing but the contract, a name and a password."""

    def __init__(self, contract: Document, channel: aio_pika.abc.AbstractChannel) -> None:
        self._contract = contract
        self._channel = channel
        self._operation = contract["operations"]["take_in"]
        self._door = resolved(contract, self._operation["channel"])

    async def publish(self, message: Document, example: Document) -> None:
        bindings = self._operation["bindings"]["amqp"]
        exchange = await self._channel.get_exchange(self._door["bindings"]["amqp"]["exchange"]["name"], ensure=False)
        parameters = {name: given["examples"][0] for name, given in self._door["parameters"].items()}
        sent = aio_pika.Message(
            json.dumps(example["payload"], ensure_ascii=False).encode(),
            headers=example.get("headers"),
            content_type=message["contentType"],
            delivery_mode=bindings["deliveryMode"],
        )
        key = self._door["address"].format_map({**parameters, **HANDED_OUT})
        await exchange.publish(sent, key, mandatory=bindings["mandatory"], timeout=5)

    async def answers(self, count: int) -> list[tuple[str, Document]]:
        """Read answers as the contract says, and return them with their types; each is what the contract says."""
        channel = resolved(self._contract, self._operation["reply"]["channel"])
        name = channel["bindings"]["amqp"]["queue"]["name"].format_map(HANDED_OUT)
        queue = await self._channel.get_queue(name, ensure=False)
        found: list[tuple[str, Document]] = []

        async def take() -> bool:
            while answer := await queue.get(fail=False):
                found.append((str(answer.headers["ce-type"]), self._read(channel, answer)))
                await answer.ack()
            return len(found) >= count

        await eventually(take, within=20)
        return found

    def _read(self, channel: Document, answer: aio_pika.abc.AbstractIncomingMessage) -> Document:
        described = channel["messages"][answer.headers["ce-type"]]
        described = with_traits(self._contract, resolved(self._contract, described))
        payload: Document = json.loads(answer.body)
        assert answer.content_type == described["contentType"]
        self._validator(described["headers"]).validate(dict(answer.headers))
        self._validator(described["payload"]).validate(payload)
        return payload

    def _validator(self, schema: Document) -> Draft7Validator:
        return Draft7Validator({**schema, "components": self._contract["components"]})


@asynccontextmanager
async def following(contract: Document, broker: Broker) -> AsyncIterator[Follower]:
    async with await aio_pika.connect(broker.url(SYSTEM)) as connection:
        yield Follower(contract, await connection.channel(publisher_confirms=True, on_return_raises=True))


def examples(contract: Document) -> Iterator[tuple[Document, Document]]:
    """Return each example of what may be reported, with its message, in every form that the contract names."""
    for reference in contract["operations"]["take_in"]["messages"]:
        message = with_traits(contract, resolved(contract, reference))
        for example in message["examples"]:
            yield message, example
            for headers in other_forms(message, example):
                yield message, {**example, "headers": headers}


def other_forms(message: Document, example: Document) -> Iterator[Document]:
    """Rename the headers of an example as each of the alternatives says."""
    for form in message.get("headers", {}).get("anyOf", []):
        prefix = form["required"][0].removesuffix("specversion")
        headers = {prefix + name.removeprefix("ce-"): value for name, value in example["headers"].items()}
        if headers != example["headers"]:
            yield headers


async def test_every_example_is_accepted_in_every_form_and_answered_as_described(
    browser: httpx.AsyncClient, broker: Broker
) -> None:
    contract = (await browser.get("asyncapi.json")).json()
    sent = list(examples(contract))

    async with following(contract, broker) as system:
        for message, example in sent:
            await system.publish(message, example)
        answered = await system.answers(len(sent))

    assert {kind for kind, _ in answered} == {"upstream.message_accepted.v1"}
    assert [answer["message_id"] for _, answer in answered] == [example["name"] for _, example in sent]
    assert len(sent) == 4 * len({example["name"] for _, example in sent}) == 4 * 9


async def test_what_is_not_accepted_is_answered_as_described(browser: httpx.AsyncClient, broker: Broker) -> None:
    contract = (await browser.get("asyncapi.json")).json()
    by_type = {(message["name"], message["contentType"]): (message, example) for message, example in examples(contract)}
    message, joined = by_type["upstream.organisation_joined.v1", "application/cloudevents+json"]
    older = {**joined["payload"], "id": "older", "time": "2020-01-01T00:00:00Z"}
    broken = {**joined["payload"], "id": "broken", "time": "yesterday"}

    async with following(contract, broker) as system:
        for payload in (joined["payload"], older, broken):
            await system.publish(message, {**joined, "payload": payload})
        answered = await system.answers(3)

    assert [(kind, answer["message_id"]) for kind, answer in answered] == [
        ("upstream.message_accepted.v1", joined["name"]),
        ("upstream.message_superseded.v1", "older"),
        ("upstream.message_rejected.v1", "broken"),
    ]
    assert [fault["field"] for fault in answered[2][1]["faults"]] == ["time"]


async def test_the_checker_says_of_every_example_that_it_would_be_accepted(browser: httpx.AsyncClient) -> None:
    contract = (await browser.get("asyncapi.json")).json()
    structured = [
        example["payload"] for message, example in examples(contract) if message["contentType"] != "application/json"
    ]

    told = await browser.post(
        "check", json=structured, params={"system": SYSTEM}, headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert told.json()["all_taken_in"] is True
    assert {message["outcome"] for message in told.json()["messages"]} == {"accepted"}


async def test_the_schemas_that_are_served_take_the_examples(browser: httpx.AsyncClient) -> None:
    contract = (await browser.get("asyncapi.json")).json()

    for message, example in examples(contract):
        schema = (await browser.get(f"schemas/{message['name']}.json")).json()
        Draft202012Validator.check_schema(schema)
        structured = message["contentType"] == "application/cloudevents+json"
        Draft202012Validator(schema).validate(example["payload"]["data"] if structured else example["payload"])
