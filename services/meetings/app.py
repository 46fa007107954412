"""The composition root: which parts a meetings process runs, and what they are made of."""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import FastAPI

from shared.clock import Clock, utc_now
from shared.database.pool import Database
from shared.findings import Look
from shared.links import AnswerLinks, SubscriptionLinks
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.said import outbox_look
from shared.messaging.watch import broker_look
from shared.parts import Loop, Part
from shared.web.once import forgetting
from shared.web.operator import operator_only
from shared.web.service import service_app

from .answer_pages import answer_pages
from .answers_api import answers_api
from .api import api
from .attendance_api import attendance_api
from .crisis_api import crisis_api
from .feed_address import FeedAddresses
from .feed_states import FeedStates
from .feeds import feeds
from .hosts_api import hosts_api
from .pages import secretariat_pages
from .planner import plan
from .series_api import series_api
from .settings import Settings
from .subscribers import subscribe
from .subscription_pages import subscription_pages
from .turns import Turns
from .waiting_lists import pass_on

PARTS = ("web", "subscribers", "relay", "planner")
PLANNER_SECONDS = 1.0


def build(settings: Settings, only: Sequence[str] = PARTS, now: Clock = utc_now) -> FastAPI:
    """Build the application with the named parts; their order is that in which they start."""
    database_url, amqp_url = settings.database_url.get_secret_value(), settings.amqp_url.get_secret_value()
    database = Database(database_url)
    parts: list[Part] = []
    if "relay" in only:
        relay = Relay("meetings", database_url, amqp_url)
        database.on_commit(relay.wake)
        parts.append(relay)
    if "planner" in only:
        parts.append(Loop("planner", lambda: plan(database, settings.uid_domain, now), pause=PLANNER_SECONDS))
        good_for = timedelta(hours=settings.offer_hours)
        parts.append(Loop("waiting lists", lambda: pass_on(database, good_for, now), pause=PLANNER_SECONDS))
    if "subscribers" in only:
        inbox = Inbox("meetings", database, amqp_url)
        subscribe(inbox, now)
        parts.append(inbox)
    if "web" in only:
        parts.append(forgetting(database, now))
    guard = operator_only(settings.operator_token.get_secret_value())
    turns, secret = Turns(), settings.answer_secret.get_secret_value()
    addresses, states = FeedAddresses(settings.meetings_url, secret), FeedStates(database, now)
    routers = [
        api(database, guard, now),
        series_api(database, guard, settings.uid_domain, now),
        crisis_api(database, guard, settings.uid_domain, now),
        answers_api(database, guard, turns, now),
        attendance_api(database, guard, now),
        hosts_api(database, guard, now),
        secretariat_pages(database, settings.operator_token.get_secret_value(), settings.uid_domain, turns, now),
        answer_pages(database, AnswerLinks(secret), turns, now),
        subscription_pages(database, SubscriptionLinks(secret), addresses, states, now),
        feeds(database, addresses, states),
    ]
    return service_app(
        "meetings", database, parts, routers=routers if "web" in only else [], looks=looks(settings, database, now)
    )


def looks(settings: Settings, database: Database, now: Clock = utc_now) -> list[Look]:
    """Return what tells how meetings does, whichever of its processes is asked."""
    amqp_url = settings.amqp_url.get_secret_value()
    return [outbox_look("meetings", database, now), broker_look("meetings", amqp_url)]
