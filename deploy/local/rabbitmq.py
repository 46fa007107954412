"""A private RabbitMQ from the system's package: its own folder, ports, node name, cookie and port mapper."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .errors import patience
from .passwords import random_secret
from .ports import free_ports
from .program import Program
from .progress import Say
from .rabbitmq_package import rabbitmq_server
from .run import Run

SHARED_CONFIGURATION = Path(__file__).parents[1] / "rabbitmq" / "rabbitmq.conf"
LOCAL = "127.0.0.1"
STARTED = "Server startup complete"


@dataclass(frozen=True)
class BrokerAddress:
    """Where a broker is reached."""

    host: str
    port: int
    management_url: str
    scheme: str = "amqp"

    def url(self, user: str, password: str) -> str:
        """Return the address with which this user logs in."""
        return f"{self.scheme}://{quote(user)}:{quote(password, safe='')}@{self.host}:{self.port}/"

    def management(self, user: str, password: str) -> str:
        """Return the address with which an administrator reaches the management API."""
        scheme, _, where = self.management_url.partition("://")
        return f"{scheme}://{quote(user)}:{quote(password, safe='')}@{where}"


@dataclass(frozen=True)
class Ports:
    """Where a private RabbitMQ listens, all on 127.0.0.1."""

    amqp: int
    management: int
    distribution: int
    mapper: int


async def start_rabbitmq(run: Run, definitions: Path, say: Say) -> BrokerAddress:
    """Start a private RabbitMQ that loads a folder of definitions and ends with the run."""
    program = await rabbitmq_server(run.folder / "logs" / "install-rabbitmq.log", say)
    home = run.folder / "rabbitmq"
    home.mkdir(mode=0o700)
    ports = Ports(*free_ports(4))
    _write_configuration(home, ports, definitions)
    # Erlang's port mapper as our own child, so that none is left behind as a daemon.
    run.program("epmd", ["epmd", "-address", LOCAL, "-port", str(ports.mapper)], working_folder=home).start()
    server = run.program(
        "rabbitmq",
        [program],
        working_folder=home,
        environment=_environment(home, ports),
        stop_signal=signal.SIGKILL,  # its folder goes with it, so it need not take its time over an orderly end
    )
    server.start()
    await _until_started(server)
    return BrokerAddress(LOCAL, ports.amqp, f"http://{LOCAL}:{ports.management}")


def _write_configuration(home: Path, ports: Ports, definitions: Path) -> None:
    own = [
        f"listeners.tcp.1 = {LOCAL}:{ports.amqp}",
        f"management.tcp.ip = {LOCAL}",
        f"management.tcp.port = {ports.management}",
        f"load_definitions = {definitions}",
    ]
    (home / "rabbitmq.conf").write_text(SHARED_CONFIGURATION.read_text() + "\n" + "\n".join(own) + "\n")
    (home / "enabled_plugins").write_text("[rabbitmq_management].\n")
    (home / "env.conf").touch()
    cookie = home / ".erlang.cookie"
    cookie.touch(mode=0o600)
    cookie.write_text(random_secret())


def _environment(home: Path, ports: Ports) -> dict[str, str]:
    return {
        "HOME": str(home),
        "ERL_EPMD_ADDRESS": LOCAL,
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
    }


async def _until_started(server: Program) -> None:
    async with patience(90, lambda: f"RabbitMQ did not start within 90 s. Its last lines:\n{server.last_lines()}"):
        while STARTED not in server.log.read_text(errors="replace"):
            server.ensure_alive()
            await asyncio.sleep(0.1)
