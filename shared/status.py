"""`status`: how a service does, in words, for who has nothing but a shell."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException

from shared import logs
from shared.database.pool import Database, opened
from shared.findings import Finding, Look, findings
from shared.settings import ServiceSettings

ANSWER_SECONDS = 4
EVERYWHERE = "0.0.0.0"  # noqa: S104 (asked for, not listened on)


def show(service: str, settings: ServiceSettings, looks: Callable[[Database], Sequence[Look]]) -> int:
    """Print what is found, what is to be done first, and return the program's exit status: 1 where anything is."""
    logs.configure(service, "CRITICAL")  # what there is to say stands in the findings
    found = asyncio.run(_look(settings, looks))
    concerns = [finding for finding in found if not finding.well]
    sys.stdout.write(f"{service}: {f'{len(concerns)} to look at' if concerns else 'all is well'}\n")
    width = max((len(finding.subject) for finding in found), default=0)
    for finding in sorted(found, key=lambda finding: finding.well):
        sys.stdout.write(f"{'  ' if finding.well else '! '}{finding.subject:<{width}}  {finding.words}\n")
    return 1 if concerns else 0


async def _look(settings: ServiceSettings, looks: Callable[[Database], Sequence[Look]]) -> list[Finding]:
    host = "127.0.0.1" if settings.http_host == EVERYWHERE else settings.http_host

    async def ask_process() -> Sequence[Finding]:
        return await asyncio.to_thread(_process, host, settings.http_port)

    async with opened(settings.database_url.get_secret_value()) as database:

        async def ask_database() -> Sequence[Finding]:
            trouble = await database.trouble()
            return [Finding("database", trouble or "answers", well=not trouble)]

        return await findings([ask_process, ask_database, *looks(database)])


def _process(host: str, port: int) -> list[Finding]:
    """Ask the service's process how its parts do."""
    asked = HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        asked.request("GET", "/readyz")
        trouble = json.loads(asked.getresponse().read())["trouble"]
    except (OSError, HTTPException, ValueError, KeyError) as why:
        words = f"no answer at http://{host}:{port} ({type(why).__name__}): is the service running?"
        return [Finding("process", words, well=False)]
    finally:
        asked.close()
    return [Finding(f"process, {part}", words, well=False) for part, words in trouble.items()] or [
        Finding("process", "ready")
    ]
