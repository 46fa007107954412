"""How many programs a second can be told that their feed has not changed, beside what the process answers at all."""

from collections.abc import Mapping, Sequence
from statistics import median

import asyncpg

from services.meetings.feed_address import FeedAddress, FeedAddresses

from .crowd import ask, person, plan_meetings
from .http_load import Connection, get, per_second
from .options import Options
from .ours import OurServices, our_services
from .report import Result, Row, at_least, progress
from .servers import Servers
from .verdict import WrongEnd

MEETINGS = 200
READERS = 32
SECONDS = 5.0
SAME, BUILT, PACKED, LIVEZ = "the same", "built", "built and packed", "/livez"
LEAST_OF_LIVEZ = 0.5

Figures = dict[str, list[float]]


async def measure(servers: Servers, options: Options) -> Result:
    """Ask for the feeds of so many readers at once, each of the same meetings, in turn with `/livez`."""
    async with our_services(servers) as (services, database_url):
        await services.start("meetings")
        await _fill(services, database_url)
        requests = await _requests(servers, services)
        figures: Figures = {name: [] for name in requests}
        for _ in range(options.rounds):
            for name, (each, expected) in requests.items():
                figures[name].append(await per_second(services.url("meetings"), each, expected, SECONDS))
            progress("feed: " + ", ".join(f"{name} {found[-1]:,.0f}/s" for name, found in figures.items()))
    return Result(_rows(figures), figures)


async def _fill(services: OurServices, database_url: str) -> None:
    meetings = await plan_meetings(services, MEETINGS)
    conn = await asyncpg.connect(database_url)
    for meeting in meetings:
        await ask(conn, meeting, READERS)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()


async def _requests(servers: Servers, services: OurServices) -> dict[str, tuple[Sequence[bytes], int]]:
    addresses = FeedAddresses("", servers.passwords.answer_secret)
    paths = [addresses.private(FeedAddress(person(number), 0)).url for number in range(READERS)]
    tags = [await _tag(services.url("meetings"), path) for path in paths]
    return {
        SAME: ([get(path, If_None_Match=tag) for path, tag in zip(paths, tags, strict=True)], 304),
        BUILT: ([get(path) for path in paths], 200),
        PACKED: ([get(path, Accept_Encoding="gzip") for path in paths], 200),
        LIVEZ: ([get("/livez")] * READERS, 200),
    }


async def _tag(url: str, path: str) -> str:
    """Return the entity tag of a feed, which must hold all meetings."""
    connection = await Connection.to(url)
    answer = await connection.ask(get(path))
    connection.close()
    if answer.status != 200 or answer.body.count(b"BEGIN:VEVENT") != MEETINGS:
        raise WrongEnd(f"a feed was answered with {answer.status} and not with {MEETINGS} meetings")
    return answer.headers[b"etag"].decode()


def _rows(figures: Mapping[str, Sequence[float]]) -> list[Row]:
    found = {name: median(each) for name, each in figures.items()}
    return [
        Row(f"feed of {MEETINGS} meetings, {SAME}", "/s", found[SAME], found[LIVEZ], LIVEZ, at_least(LEAST_OF_LIVEZ)),
        Row(f"feed of {MEETINGS} meetings, {BUILT}", "/s", found[BUILT], found[LIVEZ], LIVEZ),
        Row(f"feed of {MEETINGS} meetings, {PACKED}", "/s", found[PACKED], found[LIVEZ], LIVEZ),
    ]
