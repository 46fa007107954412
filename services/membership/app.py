"""The composition root: which parts a membership process runs, and what they are made of."""

from collections.abc import Sequence

from fastapi import FastAPI

from shared.clock import Clock, utc_now
from shared.database.pool import Database
from shared.findings import Look
from shared.messaging import topology
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.said import outbox_look
from shared.messaging.watch import broker_look
from shared.parts import Loop, Part
from shared.web.once import forgetting
from shared.web.operator import operator_only
from shared.web.pace import Pace
from shared.web.service import service_app

from .api import api
from .callers import calling_system
from .check import check
from .metrics import quarantine_look, systems_look
from .own_events import subscribe
from .pages import secretariat_pages
from .planner import plan, watch
from .public import public
from .quarantine_api import quarantine_api
from .secretariat_api import secretariat_api
from .settings import Settings
from .subscribers import Door

PARTS = ("web", "subscribers", "relay", "planner")
INBOXES = ("membership", topology.OURS)
PLANNER_SECONDS = 1.0
WATCH_SECONDS = 10.0
# All the world may read the contract, and try to sign in for a check, at the process that takes messages in.
READINGS_PER_SECOND = 50
READINGS_AT_ONCE = 200
CHECKS_PER_SECOND = 2
CHECKS_AT_ONCE = 20


def build(settings: Settings, only: Sequence[str] = PARTS, now: Clock = utc_now) -> FastAPI:
    """Build the application with the named parts; their order is that in which they start."""
    database = Database(settings.database_url.get_secret_value())
    amqp_url = settings.amqp_url.get_secret_value()
    parts: list[Part] = []
    if "relay" in only:
        relay = Relay("membership", settings.database_url.get_secret_value(), amqp_url)
        database.on_commit(relay.wake)
        parts.append(relay)
    if "planner" in only:
        parts.append(Loop("planner", lambda: plan(database, now), pause=PLANNER_SECONDS))
        parts.append(Loop("watch over systems", lambda: watch(database, now), pause=WATCH_SECONDS))
    if "subscribers" in only:
        parts.append(Door(database, amqp_url, now))
        inbox = Inbox(topology.OURS, database, amqp_url, name="own events")
        subscribe(inbox)
        parts.append(inbox)
    if "web" in only:
        parts.append(forgetting(database, now))
    operator = operator_only(settings.operator_token.get_secret_value())
    web = [
        api(database, operator),
        quarantine_api(database, operator, now),
        secretariat_api(database, operator, now),
        secretariat_pages(database, settings.operator_token.get_secret_value(), now),
        public(Pace(READINGS_PER_SECOND, at_once=READINGS_AT_ONCE)),
        check(database, calling_system(database, operator, Pace(CHECKS_PER_SECOND, at_once=CHECKS_AT_ONCE)), now),
    ]
    routers = web if "web" in only else []
    return service_app("membership", database, parts, routers=routers, looks=looks(settings, database, now))


def looks(settings: Settings, database: Database, now: Clock = utc_now) -> list[Look]:
    """Return what tells how membership does, whichever of its processes is asked."""
    amqp_url = settings.amqp_url.get_secret_value()
    return [
        outbox_look("membership", database, now),
        broker_look("membership", amqp_url, inboxes=INBOXES, reads_unrouted=True),
        quarantine_look(database),
        systems_look(database, now),
    ]
