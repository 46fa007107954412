"""Systems that may report, for tests that need no broker."""

from services.membership import storage
from shared.clock import utc_now
from shared.database.pool import opened
from tests.support.builders import SOURCE, SYSTEM
from tests.support.databases import ServiceDatabase


async def let_report(database: ServiceDatabase, system: str = SYSTEM, source: str = SOURCE) -> None:
    """Let a system speak for a source, as far as membership's database goes."""
    async with opened(database.owner_url) as owner, owner.transaction() as conn:
        await storage.add_system(conn, system, utc_now())
        await storage.allow_source(conn, system, source)
