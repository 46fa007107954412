"""The next letter, fetched while the one before it is on its way."""

import asyncio
from collections.abc import AsyncIterator

from .commands import Offers, not_to_be_tried
from .dialogue import Dialogue
from .letters import Letter, Report


class Ahead:
    """Looks one letter ahead; what can never be handed over is reported and passed by."""

    def __init__(self, letters: AsyncIterator[Letter], report: Report, offers: Offers) -> None:
        self._letters = letters
        self._report = report
        self._offers = offers
        self._fetching: asyncio.Task[Letter | None] | None = None

    def fetch(self) -> asyncio.Task[Letter | None]:
        """Begin to fetch the next letter, unless that is begun."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._next())
        return self._fetching

    def ready(self) -> Letter | None:
        """Return the letter that is fetched, if there is one by now."""
        fetched = self._fetching
        if fetched is None or not fetched.done() or fetched.exception() or fetched.result() is None:
            return None
        self._fetching = None
        return fetched.result()

    async def wait(self, dialogue: Dialogue) -> Letter | None:
        """Return the next letter, None where there is no more or the connection ends before one comes."""
        fetching = self.fetch()
        if not fetching.done():
            disturbed = asyncio.create_task(dialogue.disturbed())
            try:
                await asyncio.wait({fetching, disturbed}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                disturbed.cancel()
        if not fetching.done() or not dialogue.at_rest:
            return None
        self._fetching = None
        return fetching.result()

    async def stop(self) -> None:
        """Fetch no more; what is fetched by now, or fails, is left."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})
            if not self._fetching.cancelled():
                self._fetching.exception()

    async def _next(self) -> Letter | None:
        async for letter in self._letters:
            refusal = not_to_be_tried(letter, self._offers)
            if refusal is None:
                return letter
            self._report(letter, refusal)
        return None
