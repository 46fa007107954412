"""The composition root: which parts a notifications process runs, and what they are made of."""

from collections.abc import Sequence

from fastapi import FastAPI

from shared.clock import Clock, utc_now
from shared.database.pool import Database
from shared.findings import Look
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.said import outbox_look
from shared.messaging.watch import broker_look
from shared.parts import Part
from shared.web.once import forgetting
from shared.web.operator import operator_only
from shared.web.service import service_app

from .api import api
from .delivery import Delivery
from .domain import Letterhead
from .emails_api import emails_api
from .links import Links
from .metrics import queue_look, suppressions_look
from .operator_pages import operator_pages
from .preference_pages import preference_pages
from .settings import Settings
from .showing import Viewer
from .smtp import Server, connections
from .subscribers import subscribe
from .suppressions_api import suppressions_api
from .topics_api import topics_api
from .unsubscribe_pages import unsubscribe_pages
from .writing.dkim import Signer
from .writing.writer import Writer

PARTS = ("web", "subscribers", "relay", "delivery")
DATABASE_CONNECTIONS = 12


def build(settings: Settings, only: Sequence[str] = PARTS, now: Clock = utc_now) -> FastAPI:
    """Build the application with the named parts; their order is that in which they start."""
    database_url, amqp_url = settings.database_url.get_secret_value(), settings.amqp_url.get_secret_value()
    database = Database(database_url, most=DATABASE_CONNECTIONS)
    links = Links(
        settings.public_url,
        settings.link_secret.get_secret_value(),
        meetings_url=settings.meetings_url,
        answer_secret=settings.answer_secret.get_secret_value(),
    )
    parts: list[Part] = []
    if "relay" in only:
        relay = Relay("notifications", database_url, amqp_url)
        database.on_commit(relay.wake)
        parts.append(relay)
    if "delivery" in only:
        server = Server.read(settings.smtp_url.get_secret_value())
        connect = connections(server, settings.mail_domain, settings.smtp_client)
        delivery = Delivery(database, connect, _writer(settings, links), settings.sender, settings.journal_dir, now)
        database.on_commit(delivery.wake)
        parts.append(delivery)
    if "subscribers" in only:
        inbox = Inbox("notifications", database, amqp_url)
        subscribe(inbox, settings.mail_domain, now)
        parts.append(inbox)
    if "web" in only:
        parts.append(forgetting(database, now))
    guard = operator_only(settings.operator_token.get_secret_value())
    viewer = Viewer(_letterhead(settings), public_url=settings.public_url, meetings_url=settings.meetings_url)
    web = [
        unsubscribe_pages(database, links, now),
        preference_pages(database, links, now),
        api(database, guard),
        emails_api(database, guard, viewer, settings.mail_domain, now),
        suppressions_api(database, guard, now),
        topics_api(database, guard, now),
        operator_pages(database, settings.operator_token.get_secret_value(), viewer, settings.mail_domain, now),
    ]
    routers = web if "web" in only else []
    return service_app("notifications", database, parts, routers=routers, looks=looks(settings, database, now))


def looks(settings: Settings, database: Database, now: Clock = utc_now) -> list[Look]:
    """Return what tells how notifications does, whichever of its processes is asked."""
    amqp_url = settings.amqp_url.get_secret_value()
    return [
        outbox_look("notifications", database, now),
        broker_look("notifications", amqp_url),
        queue_look(database, now),
        suppressions_look(database, settings.reply_to),
    ]


def _writer(settings: Settings, links: Links) -> Writer:
    letterhead = _letterhead(settings)
    if settings.dkim_key is None:
        return Writer(letterhead, links, None)
    return Writer(
        letterhead, links, Signer(settings.mail_domain, settings.dkim_selector, settings.dkim_key.get_secret_value())
    )


def _letterhead(settings: Settings) -> Letterhead:
    return Letterhead(settings.mail_from, settings.reply_to, settings.mail_domain)
