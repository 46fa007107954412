"""Senders are killed at random while they send: nothing is lost, and hardly anything comes twice.

`--hypothesis-profile=long` has twelve kills fall on sixty thousand e-mails.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

from hypothesis import settings

from deploy.local.ports import free_ports
from services.notifications.delivery import CONNECTIONS
from shared.clock import utc_now
from shared.database.pool import Database
from tests.conftest import DatabaseOf, Outcome
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Service
from tests.notifications.counting_server import CountingServer, counting_server
from tests.notifications.test_settings import GOOD
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
IS_LONG = settings().max_examples >= 1000
MAILS, KILLS = (60_000, 12) if IS_LONG else (2_500, 4)
GROUP = 500
SENDERS = ("first", "second")


async def test_senders_that_are_killed_lose_nothing_and_repeat_an_e_mail_a_connection_at_most(
    notifications_database: Database, database: DatabaseOf, tmp_path: Path, outcome: Outcome
) -> None:
    service = Service(notifications_database, tmp_path / "journals", utc_now())
    await queue_invitations(service, MAILS)
    random = Random(6)
    url = (await database("notifications")).runtime_url

    async with counting_server() as far:
        for _ in range(KILLS):
            sender = random.choice(SENDERS)
            async with running(service, far, url, sender) as process:
                until = far.total + random.randint(20, 2 * MAILS // KILLS // 3)
                await eventually(partial(far.has_taken, until), within=60, every=0.001)
                process.kill()
        async with running(service, far, url, *SENDERS):
            await eventually(lambda: all_recorded(service), within=60 if not IS_LONG else 300)

    repeated = far.total - len(far.taken)
    outcome(
        f"{KILLS} senders killed over {MAILS:,} e-mails: {MAILS - len(far.taken)} lost, {repeated} came twice "
        f"(at most {KILLS * CONNECTIONS})"
    )
    assert len(far.taken) == MAILS
    assert repeated <= KILLS * CONNECTIONS
    assert len({message_id for message_id, _ in far.taken}) == MAILS


async def queue_invitations(service: Service, count: int) -> None:
    story = MeetingStory(starts_at=service.now + timedelta(weeks=5))
    for start in range(0, count, GROUP):
        people = [uuid4() for _ in range(start, min(start + GROUP, count))]
        await service.hear(*(person_updated(each, f"p{start + n}@by.example") for n, each in enumerate(people)))
        await service.hear(*map(story.issued, people))


@asynccontextmanager
async def running(
    service: Service, far: CountingServer, database_url: str, *senders: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run senders as processes of their own, and lend the first."""
    processes = [await start(service, far, database_url, sender) for sender in senders]
    try:
        yield processes[0]
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def start(service: Service, far: CountingServer, database_url: str, sender: str) -> asyncio.subprocess.Process:
    environment = {
        **GOOD,
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "SMTP_URL": f"smtp://127.0.0.1:{far.port}",
        "JOURNAL_DIR": str(service.journals),
        "SENDER": sender,
        "HTTP_PORT": str(free_ports(1)[0]),
        "LOG_LEVEL": "WARNING",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.notifications", "serve", "--only", "delivery"), cwd=ROOT, env=environment
    )


async def all_recorded(service: Service) -> bool:
    async with service.database.connection() as conn:
        return not await conn.fetchval("SELECT count(*) FROM emails WHERE state <> 'sent'")
