"""The servers as containers, where a Docker engine answers."""

import asyncio
import gc
import secrets
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from docker.errors import DockerException
from docker.models.containers import Container
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local.errors import CannotStart
from deploy.local.ports import free_ports
from deploy.local.postgres import SETTINGS, WITHOUT_DISK_SYNC, until_postgres_answers
from deploy.local.rabbitmq import SHARED_CONFIGURATION, STARTED, BrokerAddress

POSTGRES = "postgres:17"
RABBITMQ = "rabbitmq:4-management"
LOCAL = "127.0.0.1"


def docker_answers() -> bool:
    """Tell whether a Docker engine is there to be used."""
    with warnings.catch_warnings():
        # Where nobody answers, the client forgets to close its socket: let it go here, and not in some test.
        warnings.simplefilter("ignore", ResourceWarning)
        answers = _pings()
        gc.collect()
    return answers


def _pings() -> bool:
    try:
        engine = DockerClient().client
    except DockerException:
        return False
    with closing(engine):
        return bool(engine.ping())


@asynccontextmanager
async def postgres_container() -> AsyncIterator[tuple[str, Container]]:
    """Run Postgres in a container, and yield its superuser's address (a URL) and the container."""
    password = secrets.token_urlsafe(24)
    container = DockerContainer(POSTGRES).with_env("POSTGRES_PASSWORD", password)
    container.with_command(["postgres", *SETTINGS, *WITHOUT_DISK_SYNC])
    async with _running(container, 5432) as (port,):
        url = f"postgresql://postgres:{password}@{LOCAL}:{port}/postgres"
        await until_postgres_answers(url, ensure_alive=container.reload)
        yield url, container.get_wrapped_container()


@asynccontextmanager
async def rabbitmq_container(definitions: Path) -> AsyncIterator[tuple[BrokerAddress, Container]]:
    """Run RabbitMQ, with the definitions of a folder, in a container; yield where it is, and the container."""
    configuration = f"{SHARED_CONFIGURATION.read_text()}\nload_definitions = /etc/rabbitmq/definitions\n"
    container = DockerContainer(RABBITMQ)
    container.with_copy_into_container(configuration.encode(), "/etc/rabbitmq/conf.d/20-handelsbyer.conf")
    for file in definitions.iterdir():
        container.with_copy_into_container(file.read_bytes(), f"/etc/rabbitmq/definitions/{file.name}")
    container.waiting_for(LogMessageWaitStrategy(STARTED).with_startup_timeout(90))
    async with _running(container, 5672, 15672) as (amqp, management):
        yield BrokerAddress(LOCAL, amqp, f"http://{LOCAL}:{management}"), container.get_wrapped_container()


@asynccontextmanager
async def _running(container: DockerContainer, *ports: int) -> AsyncIterator[list[int]]:
    """Run a container whose ports are open to this machine alone, and yield the numbers that they have here.

    They keep them when it is stopped and started again.
    """
    testcontainers_config.ryuk_disabled = True  # we stop what we start; one more image to fetch helps nobody
    published: dict[str, Any] = container.ports
    numbers = dict(zip(ports, free_ports(len(ports)), strict=True))
    published.update({f"{port}/tcp": (LOCAL, number) for port, number in numbers.items()})
    try:
        await asyncio.to_thread(_start, container)
        yield list(numbers.values())
    finally:
        await asyncio.to_thread(container.stop)


def _start(container: DockerContainer) -> None:
    try:
        container.start()
    except (DockerException, TimeoutError) as why:
        raise CannotStart(
            f"The container {container.image} could not be started: {why}\n"
            "Pull its image, or set DOCKER_HOST=tcp://127.0.0.1:1 to have private servers instead of containers."
        ) from why
