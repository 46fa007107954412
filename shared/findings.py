"""What is found by looking at a service: each subject in words, and whether a human has something to do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from shared import logs
from shared.errors import Trouble

log = logs.get(__name__)

# All that an operator sees must be at most ten seconds old.
LOOK_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """How it is with one subject; where that is not well, the words say what to do."""

    subject: str
    words: str
    well: bool = True


Look = Callable[[], Awaitable[Sequence[Finding]]]


async def findings(looks: Iterable[Look]) -> list[Finding]:
    """Look at everything at the same time; what needs a database that is away is missing, and that is told of."""
    return [finding for found in await asyncio.gather(*map(_bounded, looks)) for finding in found]


async def _bounded(look: Look) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await look()
    except Trouble:
        return []
    except TimeoutError:
        return [Finding("look", f"no answer within {LOOK_SECONDS} s to one of the questions", well=False)]
    except Exception as why:
        log.exception("a look failed")
        return [Finding("look", f"{type(why).__name__} while looking; see the log", well=False)]
