"""Our senders: processes of the part `delivery` that wait, held still, until everything is queued."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import aio_pika
import asyncpg

from bench.ours import OurServices, our_services
from bench.passage import Pool
from bench.servers import Servers
from deploy.local.program import Program
from shared.contracts.event import Event
from shared.messaging import cloudevents, topology

from .course import Course
from .delaying import delayed
from .far_server import FarServer, far_server
from .invitations import gathering
from .sending import Sending, check_end, clock

ALONE = ("--only", "delivery")
SETTLE_SECONDS = 1.0


@dataclass(frozen=True)
class Sender:
    """One trial's database, far server and services."""

    servers: Servers
    services: OurServices
    pool: Pool
    far: FarServer

    @property
    def notifications_url(self) -> str:
        """Return the address with which notifications reaches the database."""
        return self.services.role_url("notifications_runtime")

    async def clock(self, mails: int, programs: Sequence[Program]) -> Sending:
        """Wait until so many e-mails more are sent."""
        others = {"postgres": self.servers.run.programs["postgres"]}
        return await clock(self.pool, self.far, mails, programs, others)


@asynccontextmanager
async def sender(
    course: Course, *, signed: bool, arguments: Sequence[str] = ALONE, delay: float = 0.0
) -> AsyncIterator[Sender]:
    """Lend a fresh database and a far server, so many seconds away; at the end both must agree."""
    extra = {"notifications": {"DKIM_KEY": course.key.read_text()} if signed else {}}
    async with (
        far_server(course.servers) as far,
        delayed(course.servers, far.port, delay) as port,
        our_services(
            course.servers,
            smtp_url=f"smtp://127.0.0.1:{port}",
            arguments={"notifications": arguments},
            extra=extra,
        ) as (services, database_url),
        asyncpg.create_pool(database_url, min_size=2, max_size=2) as pool,
    ):
        yield Sender(course.servers, services, pool, far)
        await services.stop()
        await check_end(pool, far)


async def signed(course: Course) -> Sending:
    """Send what is queued from one process, signed."""
    async with sender(course, signed=True) as ours:
        return await _send_queued(course, ours, course.mails)


async def unsigned(course: Course) -> Sending:
    """Send the same unsigned."""
    async with sender(course, signed=False) as ours:
        return await _send_queued(course, ours, course.mails)


async def two(course: Course) -> Sending:
    """Send the same from two processes, signed."""
    async with sender(course, signed=True) as ours:
        second = ours.services.further("notifications", "second", ALONE, {"SENDER": "second"})
        return await _send_queued(course, ours, course.mails, second)


async def far(course: Course) -> Sending:
    """Send a tenth of them, signed, to a server that is 20 ms away."""
    async with sender(course, signed=True, delay=0.02) as ours:
        return await _send_queued(course, ours, course.mails // 10)


async def many_queued(course: Course) -> Sending:
    """Send the first of ten times as many, signed."""
    async with sender(course, signed=True) as ours:
        return await _send_queued(course, ours, course.mails, queued=10 * course.mails)


async def one_event(course: Course) -> Sending:
    """Tell everybody, once all are invited, of what one event says: taken in, queued, written, signed and sent."""
    async with sender(course, signed=True, arguments=()) as ours:
        meeting = gathering(course.mails)
        await meeting.queue_invitations(ours.notifications_url)
        await ours.services.start("notifications")
        program = ours.services.program("notifications")
        await ours.far.until(course.mails, program.ensure_alive)
        await asyncio.sleep(SETTLE_SECONDS)
        await course.servers.execute("CHECKPOINT")
        await _say(course.servers, meeting.move())
        return await ours.clock(course.mails, [program])


async def _send_queued(
    course: Course, ours: Sender, mails: int, *further: Program, queued: int | None = None
) -> Sending:
    """Start the senders, hold them still while e-mails are queued, and let them go."""
    programs = [ours.services.program("notifications"), *further]
    await ours.services.start("notifications")
    for program in further:
        program.start()
    await asyncio.sleep(SETTLE_SECONDS)
    for program in programs:
        program.pause()
    await gathering(queued or mails).queue_invitations(ours.notifications_url)
    await ours.pool.execute("ANALYZE")
    await course.servers.execute("CHECKPOINT")
    for program in programs:
        program.resume()
    return await ours.clock(mails, programs)


async def _say(servers: Servers, event: Event) -> None:
    """Say something as meetings does."""
    headers = cloudevents.headers(
        source="meetings",
        event_id=str(uuid4()),
        event_type=event.type,
        time=datetime.now(UTC),
        correlation_id=event.correlation_id,
    )
    message = aio_pika.Message(
        event.model_dump_json().encode(),
        headers=headers,
        content_type=cloudevents.JSON,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    async with await aio_pika.connect(servers.amqp_url("meetings")) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(topology.events("meetings"), ensure=False)
        await exchange.publish(message, event.type)
