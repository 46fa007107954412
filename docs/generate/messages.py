"""Every message of the system: who says it, who hears it, where it travels, and what it looks like."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.rabbitmq.credentials import committed_definitions
from shared.contracts import meetings, membership, notifications, upstream
from shared.contracts.event import Event
from shared.contracts.upstream import UpstreamMessage
from shared.messaging import topology

from .schemas import Schema, schema

CONTRACTS = Path(upstream.__file__).parent
GOLDEN = CONTRACTS / "golden"
EXAMPLES = CONTRACTS / "examples"

# Stands for the name of any upstream system, the first word of its routing keys.
ANY_SYSTEM = "{system}"


class ExampleIsMissing(Exception):
    """Nobody has written down yet what such a message looks like."""


@dataclass(frozen=True)
class Message:
    """One type of message."""

    contract: type[Event] | type[UpstreamMessage]
    said_by: str
    exchange: str
    routing_key: str

    @property
    def type(self) -> str:
        return self.contract.type

    @property
    def name(self) -> str:
        return self.contract.__name__

    @property
    def meaning(self) -> str:
        return self.contract.__doc__ or ""

    @property
    def heard_by(self) -> tuple[str, ...]:
        if self.exchange == topology.ANSWERS:
            return (ANY_SYSTEM,)
        return tuple(sorted(_inboxes(self.exchange, self.routing_key)))

    @property
    def schema(self) -> Schema:
        return schema(self.type, self.contract)

    @property
    def golden(self) -> Path:
        """The file that holds the schema as it was last agreed on."""
        return GOLDEN / f"{self.type}.json"

    @property
    def examples(self) -> list[dict[str, Any]]:
        """The committed examples, each a whole CloudEvent in structured form, the newest last."""
        paths = sorted(EXAMPLES.glob(f"{self.type}.*json"), key=lambda path: (len(path.name), path.name))
        if not paths:
            raise ExampleIsMissing(f"{EXAMPLES / self.type}.json is missing: a complete example, as those beside it")
        return [json.loads(path.read_text()) for path in paths]


def reports() -> list[Message]:
    """List what other systems may report."""
    return [
        Message(contract, ANY_SYSTEM, topology.UPSTREAM, f"{ANY_SYSTEM}.{{anything}}") for contract in upstream.MESSAGES
    ]


def answers() -> list[Message]:
    """List what membership answers to them."""
    return [Message(contract, "membership", topology.ANSWERS, ANY_SYSTEM) for contract in upstream.ANSWERS]


def events() -> list[Message]:
    """List what our services say."""
    said = {"membership": membership.EVENTS, "meetings": meetings.EVENTS, "notifications": notifications.EVENTS}
    return [
        Message(contract, service, topology.events(service), contract.type)
        for service, contracts in said.items()
        for contract in contracts
    ]


def every_message() -> list[Message]:
    """List all of them."""
    return [*reports(), *answers(), *events()]


def _inboxes(exchange: str, routing_key: str) -> set[str]:
    """Find the services whose inbox the broker would put a message into."""
    return {
        binding["destination"].split(".")[0]
        for definitions in committed_definitions()
        for binding in definitions.get("bindings", [])
        if binding["source"] == exchange
        and binding["destination"].endswith(".inbox")
        and _matches(binding["routing_key"].split("."), routing_key.split("."))
    }


def _matches(pattern: list[str], words: list[str]) -> bool:
    """Match a routing key as a topic exchange does: `*` is one word, `#` any number of words."""
    match pattern, words:
        case [], []:
            return True
        case ["#", *rest], _:
            return any(_matches(rest, words[count:]) for count in range(len(words) + 1))
        case [wanted, *rest], [word, *more]:
            return wanted in (word, "*") and _matches(rest, more)
    return False
