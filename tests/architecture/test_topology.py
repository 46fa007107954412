"""The broker delivers to each service exactly what it hears, and somebody hears everything that is said."""

from collections.abc import Callable

import pytest

from deploy.rabbitmq.credentials import committed_definitions
from docs.generate.messages import Message, events, reports
from services.meetings import subscribers as meetings
from services.membership import envelope
from services.membership import own_events as membership
from services.notifications import subscribers as notifications
from shared.clock import utc_now
from shared.contracts.upstream import MESSAGES
from shared.database.pool import Database
from shared.messaging import topology
from shared.messaging.inbox import Inbox

SUBSCRIBE: dict[str, Callable[[Inbox], None]] = {
    topology.OURS: membership.subscribe,
    "meetings": lambda inbox: meetings.subscribe(inbox, utc_now),
    "notifications": lambda inbox: notifications.subscribe(inbox, "handelsbyer.example", utc_now),
}


@pytest.mark.parametrize("service", SUBSCRIBE)
def test_a_service_is_delivered_exactly_what_it_hears(service: str) -> None:
    inbox = Inbox(service, Database("postgresql://"), "amqp://")

    SUBSCRIBE[service](inbox)

    heard = {kind.type for kind in inbox.kinds}
    assert heard == {routing_key for _, routing_key in bound_to(topology.inbox(service))}
    assert heard == {message.type for message in events() if service.split(".")[0] in message.heard_by}


def test_membership_is_delivered_all_that_other_systems_send_and_knows_every_report() -> None:
    assert bound_to(topology.inbox("membership")) == {(topology.UPSTREAM, "#")}
    assert set(envelope.KNOWN.values()) == set(MESSAGES)


def test_every_service_with_an_inbox_is_looked_at_here() -> None:
    inboxes = {binding["destination"] for binding in bindings() if binding["destination"].endswith(".inbox")}

    assert inboxes == {topology.inbox(service) for service in ("membership", *SUBSCRIBE)}


@pytest.mark.parametrize("message", [*reports(), *events()], ids=lambda message: message.type)
def test_somebody_hears_what_is_said(message: Message) -> None:
    assert message.heard_by


@pytest.mark.parametrize("message", events(), ids=lambda message: message.type)
def test_a_type_begins_with_who_says_it_and_where(message: Message) -> None:
    assert message.type.split(".")[0] == message.said_by
    assert message.exchange == f"{message.said_by}.events"


def bound_to(queue: str) -> set[tuple[str, str]]:
    """Return where a queue's messages come from: `(exchange, routing key)`."""
    return {(one["source"], one["routing_key"]) for one in bindings() if one["destination"] == queue}


def bindings() -> list[dict[str, str]]:
    return [binding for definitions in committed_definitions() for binding in definitions.get("bindings", [])]
