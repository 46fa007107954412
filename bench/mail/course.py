"""What every trial is given: the servers, the key that signs, an invitation as it leaves us, and how many are sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.latency import dkim_key
from bench.ours import our_services
from bench.report import progress
from bench.servers import Servers
from deploy.local import servers as local
from deploy.local.errors import patience
from deploy.local.outside import Outside

from .invitations import gathering

LOOK_SECONDS, MOST_SECONDS = 0.1, 30


@dataclass(frozen=True)
class Course:
    """`sample` is the file of an invitation, signed; `key` that of the private key."""

    servers: Servers
    key: Path
    sample: Path
    mails: int


@asynccontextmanager
async def course(servers: Servers, mails: int) -> AsyncIterator[Course]:
    """Make a key, have one person be invited, and keep the e-mail."""
    key = servers.run.folder / "dkim.key"
    key.touch(mode=0o600)
    key.write_text(dkim_key())
    mailbox = await local.smtp(servers.run, Outside(), progress)
    if mailbox.folder is None:
        raise TypeError("a mailbox of our own has a folder")
    extra = {"notifications": {"DKIM_KEY": key.read_text()}}
    async with our_services(servers, smtp_url=mailbox.url, extra=extra) as (services, _):
        await gathering(people=1).queue_invitations(services.role_url("notifications_runtime"))
        await services.start("notifications")
        async with patience(MOST_SECONDS, lambda: "nobody was invited"):
            while not (arrived := list(mailbox.folder.glob("*.eml"))):
                await asyncio.sleep(LOOK_SECONDS)
    await servers.run.programs["smtp-sink"].stop()
    progress(f"mail: an invitation has {arrived[0].stat().st_size:,} octets")
    yield Course(servers, key, arrived[0], mails)
