"""With a hundred thousand e-mails a list is there at once, whatever is asked for."""

import time
from datetime import timedelta
from statistics import median
from uuid import UUID

from services.notifications import storage
from services.notifications.fates import Selection
from tests.conftest import Outcome
from tests.notifications.conftest import Service

EMAILS, PEOPLE, TOWNS = 100_000, 1_200, 60
SECONDS = 0.25
PERSON, TOWN, MEETING = UUID(int=7), UUID(int=10_007), UUID(int=20_007)


async def fill(service: Service) -> None:
    """Queue so many e-mails of years, of which some could not be delivered; ten seconds lie between two."""
    async with service.database.transaction() as conn:
        await conn.execute(
            """
            INSERT INTO members
            SELECT lpad(to_hex(10000 + n), 32, '0')::uuid, 'By ' || n, 'By ' || n, true, 1
              FROM generate_series(1, $1::integer) AS n
            """,
            TOWNS,
        )
        await conn.execute(
            """
            INSERT INTO mandates
            SELECT gen_random_uuid(), lpad(to_hex(10000 + n % $2::integer + 1), 32, '0')::uuid,
                   lpad(to_hex(n), 32, '0')::uuid, 'contact', '2026-01-01', true, 1
              FROM generate_series(1, $1::integer) AS n
            """,
            PEOPLE,
            TOWNS,
        )
        await conn.execute(
            """
            INSERT INTO frames (kind, object_id, revision, language, facts, digest)
            SELECT 'invitation', lpad(to_hex(20000 + n), 32, '0')::uuid, 1, 'da', '{"title": "Netværksmøde"}', n::text
              FROM generate_series(1, 1 + $1::integer / $2::integer) AS n
            """,
            EMAILS,
            PEOPLE,
        )
        await conn.execute(
            """
            INSERT INTO emails (dedupe, kind, topic, person_id, meeting_id, frame_id, address, params, method, revision,
                                sequence, message_id, date, state, priority, next_attempt_at, reply, correlation_id)
            SELECT n, 'invitation', 'invitations', lpad(to_hex(n % $2::integer + 1), 32, '0')::uuid, f.object_id, f.id,
                   'anna@koege.example', '{"name": "Anna"}', 'REQUEST', 1, 1, n,
                   $3::timestamptz - ($1 - n) * interval '10 seconds',
                   CASE WHEN n % 1000 = 5 THEN 'failed' ELSE 'sent' END, 1, $3,
                   CASE WHEN n % 1000 = 5 THEN '550 5.1.1 nobody' ELSE '250 2.0.0 queued as ' || n END, 'meeting'
              FROM generate_series(1, $1::integer) AS n
              JOIN frames AS f ON f.id = n / $2 + 1
            """,
            EMAILS,
            PEOPLE,
            service.now,
        )
        await conn.execute(
            """
            INSERT INTO deliveries (email_id, at, sender, outcome, reply)
            SELECT id, date, 'sender-1', CASE state WHEN 'sent' THEN 'accepted' ELSE 'refused' END, reply
              FROM emails
             ORDER BY id
            """
        )
        await conn.execute("ANALYZE emails, deliveries, mandates, frames")


async def test_every_list_is_there_at_once(service: Service, outcome: Outcome) -> None:
    await fill(service)
    asked = {
        "all": Selection(),
        "sent": Selection(state="sent"),
        "failed": Selection(state="failed"),
        "a kind of which there is none": Selection(kind="flood"),
        "a person's": Selection(person_id=PERSON),
        "a town's": Selection(organisation_id=TOWN),
        "a meeting's": Selection(meeting_id=MEETING),
        "a reply's": Selection(reply="550 5.1.1"),
    }

    seconds: dict[str, float] = {}
    async with service.database.connection() as conn:
        for what, selection in asked.items():
            tries = []
            for _ in range(3):
                begun = time.perf_counter()
                found = await storage.list_fates(conn, selection, None, 100)
                tries.append(time.perf_counter() - begun)
            seconds[what] = median(tries)
            assert bool(found) != (what == "a kind of which there is none")
        begun = time.perf_counter()
        hours = await storage.count_by_hour(conn, since=service.now - timedelta(hours=48), until=service.now)
        seconds["counts by hour"] = time.perf_counter() - begun

    assert [hour.accepted + hour.refused for hour in hours] == [360] * 48
    outcome("milliseconds with 100,000 e-mails: " + ", ".join(f"{what} {s * 1000:.0f}" for what, s in seconds.items()))
    assert {what: spent for what, spent in seconds.items() if spent > SECONDS} == {}
