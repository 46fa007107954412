"""A broker in need: it has run out of memory or of disk, as far as it knows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.broker import Broker
from tests.support.victims import Container, Programs

SHORT_OF = {
    "memory": (
        ["set_vm_memory_high_watermark", "absolute", "1MB"],
        ["set_vm_memory_high_watermark", "absolute", "4GB"],
    ),
    "disk": (["set_disk_free_limit", "1000000GB"], ["set_disk_free_limit", "50MB"]),
}


@asynccontextmanager
async def short_of(what: str, broker: Broker) -> AsyncIterator[None]:
    """Have a broker raise its alarm for as long as the block lasts."""
    alarm, all_clear = SHORT_OF[what]
    await _rabbitmqctl(broker, alarm)
    try:
        yield
    finally:
        await _rabbitmqctl(broker, all_clear)


async def _rabbitmqctl(broker: Broker, arguments: Sequence[str]) -> None:
    match broker.server:
        case Container(container):
            status, said = await asyncio.to_thread(container.exec_run, ["rabbitmqctl", *arguments])
        case Programs([program]):
            command = [str(Path(program.command[0]).with_name("rabbitmqctl")), *arguments]
            environment = {**program.environment, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
            called = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
            said, _ = await called.communicate()
            status = called.returncode
        case other:
            raise TypeError(f"no such server: {other!r}")
    assert status == 0, said
