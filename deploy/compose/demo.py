"""`python -m deploy.compose.demo`: tells the demo's story to the deployed stack, and reads what its mail server got."""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from deploy.local.demo import report
from deploy.local.demo.arrivals import Folder
from deploy.local.demo.telling import Platform, tell
from deploy.local.errors import CannotStart
from deploy.local.mailbox.emails import Identity

MAILDEV = "http://maildev:1080/api/email"
PAGE = 200
SECRETS = Path("/run/secrets")


class Maildev:
    """What the mail server got since now; each e-mail is fetched once, as it came, and read like the local sink's."""

    def __init__(self, client: httpx.AsyncClient, folder: Path, before: int) -> None:
        self._client = client
        self._path = folder
        self._folder = Folder(folder)
        self._before = before

    async def count(self) -> int:
        return await total(self._client) - self._before

    async def emails(self) -> Counter[Identity]:
        async for email_id in self._ids():
            path = self._path / f"{email_id}.eml"
            if not path.exists():
                source = await self._client.get(f"{MAILDEV}/{email_id}/source")
                path.write_bytes(source.raise_for_status().content)
        return await self._folder.emails()

    def seen_as(self, identity: Identity) -> Identity:
        return identity

    async def _ids(self) -> AsyncIterator[str]:
        """Yield the ids of what is new, the newest first."""
        for skip in range(0, await self.count(), PAGE):
            limit = min(PAGE, await self.count() - skip)
            page = await self._client.get(f"{MAILDEV}/summary", params={"skip": skip, "limit": limit})
            for item in page.raise_for_status().json()["items"]:
                yield item["id"]


async def total(client: httpx.AsyncClient) -> int:
    """Return how many e-mails the mail server ever got."""
    summary = await client.get(f"{MAILDEV}/summary", params={"limit": 1})
    return int(summary.raise_for_status().json()["total"])


async def demo() -> bool:
    """Tell the story and show what came of it; returns whether all went as it must."""
    with tempfile.TemporaryDirectory() as folder:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            maildev = Maildev(client, Path(folder), await total(client))
            verdict = await tell(platform(), lambda notifications: maildev)
    report.show_verdict(verdict)
    return verdict.good


def platform() -> Platform:
    """Return where the platform is for a container beside it."""
    return Platform(
        membership="http://membership:8000",
        meetings="http://meetings:8000",
        notifications="http://notifications:8000",
        amqp=(SECRETS / "register.amqp_url").read_text().strip(),
        operator_token=(SECRETS / "operator_token").read_text().strip(),
    )


if __name__ == "__main__":
    try:
        sys.exit(0 if asyncio.run(demo()) else 1)
    except CannotStart as why:
        sys.exit(str(why))
