"""How long e-mails are on their way until all are taken and recorded, and what that costs the senders."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.passage import Pool
from bench.usage import cpu_seconds, sampled
from bench.verdict import WrongEnd
from deploy.local.program import Program

from .far_server import FarServer

LOOK_SECONDS, SAMPLE_SECONDS, RECORDED_SECONDS = 0.005, 0.05, 30
RECORDED = "SELECT count(*) FROM notifications.emails WHERE state = 'sent'"
ACCEPTED = "SELECT count(*) FROM notifications.deliveries WHERE outcome = 'accepted'"


@dataclass(frozen=True)
class Sending:
    """One trial: e-mails, seconds, processor time and most memory (MB) of whoever sent, processor time of `others`."""

    mails: int
    seconds: float
    cpu: float
    memory: float = 0.0
    others: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """E-mails a second."""
        return self.mails / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time for one e-mail."""
        return 1000 * self.cpu / self.mails


async def clock(
    pool: Pool, far: FarServer, mails: int, senders: Sequence[Program], others: Mapping[str, Program]
) -> Sending:
    """Wait until the far server has taken so many e-mails more, and all are recorded."""
    own, memory = {sender.name: sender for sender in senders}, list[float]()
    watched = {**own, **others, "smtp-sink": far.program}
    recorded = await pool.fetchval(RECORDED)
    began, before = time.perf_counter(), cpu_seconds(watched)
    async with sampled(senders, memory, every=SAMPLE_SECONDS):
        await far.until(recorded + mails, lambda: _ensure_alive(senders))
        await _until_recorded(pool, recorded + mails)
    seconds, after = time.perf_counter() - began, cpu_seconds(watched)
    taken = {name: after[name] - before[name] for name in watched}
    cpu = sum(taken.pop(name) for name in own)
    return Sending(mails, seconds, cpu, max(memory), taken)


async def check_end(pool: Pool, far: FarServer) -> None:
    """Raise WrongEnd unless as many e-mails are recorded as were taken, each at its only attempt."""
    taken, recorded, accepted = far.taken(), await pool.fetchval(RECORDED), await pool.fetchval(ACCEPTED)
    if not taken == recorded == accepted:
        raise WrongEnd(f"the far server has taken {taken}, {recorded} are recorded, {accepted} attempts succeeded")


async def _until_recorded(pool: Pool, wanted: int) -> None:
    deadline = time.perf_counter() + RECORDED_SECONDS
    while (recorded := await pool.fetchval(RECORDED)) < wanted:
        if time.perf_counter() > deadline:
            raise WrongEnd(f"{recorded} of {wanted} e-mails are recorded, though the far server has them all")
        await asyncio.sleep(LOOK_SECONDS)


def _ensure_alive(senders: Sequence[Program]) -> None:
    for sender in senders:
        sender.ensure_alive()
