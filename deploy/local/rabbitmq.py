"""A private RabbitMQ from the system's package: its own folder, ports, node name, cookie and port mapper."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .ports import free_ports
from .program import Program
from .rabbitmq_package import rabbitmq_server

SHARED_CONFIGURATION = Path(__file__).parents[1] / "rabbitmq" / "rabbitmq.conf"
STARTED = "Server startup complete"


@dataclass(frozen=True)
class BrokerAddress:
    """Where a broker is reached."""

    host: str
    port: int
    management_url: str


@dataclass(frozen=True)
class Ports:
    """Where a private RabbitMQ listens, all on 127.0.0.1."""

    amqp: int
    management: int
    distribution: int
    mapper: int


@asynccontextmanager
async def private_rabbitmq(run_folder: Path, definitions: Path) -> AsyncIterator[BrokerAddress]:
    """Run a private RabbitMQ, with the definitions of a folder, for as long as the block lasts."""
    program = await rabbitmq_server(run_folder / "logs" / "install-rabbitmq.log")
    home = run_folder / "rabbitmq"
    home.mkdir(mode=0o700)
    ports = Ports(*free_ports(4))
    _write_configuration(home, ports, definitions)
    mapper = _port_mapper(run_folder, home, ports)
    server = _server(run_folder, home, ports, program)
    mapper.start()
    try:
        server.start()
        await _wait_until_started(server)
        yield BrokerAddress("127.0.0.1", ports.amqp, f"http://127.0.0.1:{ports.management}")
    finally:
        # Nothing in its folder outlives the run, so it need not take its time over an orderly end.
        for started in (server, mapper):
            started.kill()


def _write_configuration(home: Path, ports: Ports, definitions: Path) -> None:
    own = [
        f"listeners.tcp.1 = 127.0.0.1:{ports.amqp}",
        "management.tcp.ip = 127.0.0.1",
        f"management.tcp.port = {ports.management}",
        f"load_definitions = {definitions}",
    ]
    (home / "rabbitmq.conf").write_text(SHARED_CONFIGURATION.read_text() + "\n" + "\n".join(own) + "\n")
    (home / "enabled_plugins").write_text("[rabbitmq_management].\n")
    (home / "env.conf").touch()
    cookie = home / ".erlang.cookie"
    cookie.touch(mode=0o600)
    cookie.write_text(secrets.token_hex(20))


def _port_mapper(run_folder: Path, home: Path, ports: Ports) -> Program:
    """Return Erlang's port mapper as our own child, so that none is left behind as a daemon."""
    return Program(
        name="epmd",
        command=["epmd", "-address", "127.0.0.1", "-port", str(ports.mapper)],
        run_folder=run_folder,
        log=run_folder / "logs" / "epmd.log",
        working_folder=home,
    )


def _server(run_folder: Path, home: Path, ports: Ports, program: Path) -> Program:
    return Program(
        name="rabbitmq",
        command=[program],
        run_folder=run_folder,
        log=run_folder / "logs" / "rabbitmq.log",
        working_folder=home,
        environment={
            "HOME": str(home),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(ports.mapper),
            "RABBITMQ_NODENAME": f"handelsbyer{ports.amqp}@localhost",
            "RABBITMQ_DIST_PORT": str(ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(home / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
        },
    )


async def _wait_until_started(server: Program) -> None:
    async with asyncio.timeout(90):
        while STARTED not in server.log.read_text(errors="replace"):
            server.ensure_alive()
            await asyncio.sleep(0.1)
