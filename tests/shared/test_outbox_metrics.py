"""What an operator sees of an outbox."""

from datetime import datetime, timedelta
from uuid import uuid4

from prometheus_client import REGISTRY

from shared.clock import utc_now
from shared.database.pool import Database
from shared.messaging import outbox
from shared.messaging.said import outbox_look
from tests.meetings.builders import person_updated


def in_an_hour() -> datetime:
    return utc_now() + timedelta(hours=1)


async def test_an_outbox_shows_how_much_waits_and_for_how_long(meetings_database: Database) -> None:
    async with meetings_database.transaction() as conn:
        await outbox.add(conn, person_updated(uuid4(), "Anna"), person_updated(uuid4(), "Bo"))

    await outbox_look("meetings", meetings_database, in_an_hour)()

    assert REGISTRY.get_sample_value("outbox_waiting") == 2
    assert REGISTRY.get_sample_value("outbox_parked") == 0
    assert 3600 <= (REGISTRY.get_sample_value("outbox_oldest_seconds") or 0) < 3660


async def test_an_empty_outbox_is_not_late(meetings_database: Database) -> None:
    await outbox_look("meetings", meetings_database, in_an_hour)()

    assert REGISTRY.get_sample_value("outbox_waiting") == 0
    assert REGISTRY.get_sample_value("outbox_oldest_seconds") == 0
