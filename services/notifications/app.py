"""The composition root: which parts a notifications process runs, and what they are made of."""

from collections.abc import Sequence

from fastapi import FastAPI

from shared.clock import Clock, utc_now
from shared.database.pool import Database
from shared.findings import Look
from shared.messaging.inbox import Inbox
from shared.messaging.watch import broker_look
from shared.parts import Part
from shared.web.operator import operator_only
from shared.web.service import service_app

from .api import api
from .delivery import Delivery
from .dkim import Signer
from .domain import Letterhead
from .links import Links
from .metrics import queue_look
from .pages import pages
from .settings import Settings
from .smtp import Server
from .subscribers import subscribe
from .writing import Writer

PARTS = ("web", "subscribers", "delivery")
DATABASE_CONNECTIONS = 12


def build(settings: Settings, only: Sequence[str] = PARTS, now: Clock = utc_now) -> FastAPI:
    """Build the application with the named parts; their order is that in which they start."""
    database = Database(settings.database_url.get_secret_value(), most=DATABASE_CONNECTIONS)
    links = Links(
        settings.public_url,
        settings.link_secret.get_secret_value(),
        meetings_url=settings.meetings_url,
        answer_secret=settings.answer_secret.get_secret_value(),
    )
    parts: list[Part] = []
    if "delivery" in only:
        server = Server.read(settings.smtp_url.get_secret_value())
        delivery = Delivery(database, server, _writer(settings, links), settings.sender, now)
        database.on_commit(delivery.wake)
        parts.append(delivery)
    if "subscribers" in only:
        inbox = Inbox("notifications", database, settings.amqp_url.get_secret_value())
        subscribe(inbox, settings.mail_domain, now)
        parts.append(inbox)
    guard = operator_only(settings.operator_token.get_secret_value())
    routers = [pages(database, links, now), api(database, guard)] if "web" in only else []
    return service_app("notifications", database, parts, routers=routers, looks=looks(settings, database, now))


def looks(settings: Settings, database: Database, now: Clock = utc_now) -> list[Look]:
    """Return what tells how notifications does, whichever of its processes is asked."""
    return [broker_look("notifications", settings.amqp_url.get_secret_value()), queue_look(database, now)]


def _writer(settings: Settings, links: Links) -> Writer:
    letterhead = Letterhead(settings.mail_from, settings.reply_to, settings.mail_domain)
    if settings.dkim_key is None:
        return Writer(letterhead, links, None)
    return Writer(
        letterhead, links, Signer(settings.mail_domain, settings.dkim_selector, settings.dkim_key.get_secret_value())
    )
