"""How soon after a contact is appointed an invitation is with the mail server, beside the bare steps of the way."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.local.servers import ROOT
from deploy.postgres.roles import SERVICES

from .bare_steps import Configuration
from .network import DOMAIN, appointment, join, plan_one_meeting
from .options import Options
from .ours import our_services
from .report import Result, Row, progress, under
from .servers import Servers
from .sink import Arrival, Sink, running_sink
from .upstream import Register, register
from .verdict import WrongEnd

OURS, LIMIT = "ours", "bare steps"
UNDER_MS = {"p50": 50, "p99": 200}
WARM_UP = 20
MOST_SECONDS = 30
SETTLE_SECONDS = 1
# At rest, and never in step with anything that looks every tenth of a second.
PAUSE_SECONDS = (0.1, 0.3)
# Of one of our events, roughly.
EVENT_OCTETS = 800
WELCOME_AND_INVITATION = 2

Samples = list[float]


@dataclass(frozen=True)
class Course:
    """Everything that a round needs, running."""

    servers: Servers
    reporting: Register
    sink: Sink
    key: str
    database_url: str
    samples: int


async def measure(servers: Servers, options: Options) -> Result:
    """Appoint one contact after another, in turn with the bare steps."""
    key = dkim_key()
    signing = {"notifications": {"DKIM_KEY": key}}
    await servers.empty_queues()
    async with (
        running_sink() as sink,
        our_services(servers, smtp_url=sink.url, extra=signing) as (services, database_url),
        register(servers) as reporting,
    ):
        for service in SERVICES:
            await services.start(service)
        await plan_one_meeting(services)
        await join(reporting, servers, options.samples)
        course = Course(servers, reporting, sink, key, database_url, options.samples)
        rounds = await _rounds(course, options.rounds)
    return Result(_rows(rounds), {name: [_milliseconds(each) for each in found] for name, found in rounds.items()})


async def _rounds(course: Course, count: int) -> dict[str, list[Samples]]:
    await _appoint(course, "warm-up", min(WARM_UP, course.samples))
    rounds: dict[str, list[Samples]] = {OURS: [], LIMIT: []}
    for number in range(count):
        rounds[OURS].append(await _appoint(course, f"round-{number}", course.samples))
        rounds[LIMIT].append(await _take_bare_steps(course))
        middles = ", ".join(f"{name} {1000 * median(found[-1]):.1f} ms" for name, found in rounds.items())
        progress(f"latency: p50 {middles}")
    await asyncio.sleep(SETTLE_SECONDS)
    _check_end(course.sink)
    return rounds


async def _appoint(course: Course, occasion: str, samples: int) -> Samples:
    """Appoint a contact at each of so many members, one at a time, and return the seconds that each took."""
    taken = []
    for number in range(samples):
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))
        message, address = appointment(number, occasion)
        began = time.perf_counter()
        await course.reporting.publish([message])
        arrivals = await _arrivals(course.sink, address)
        taken.append(min(arrival.at for arrival in arrivals if arrival.is_invitation) - began)
    return taken


async def _arrivals(sink: Sink, address: str) -> Sequence[Arrival]:
    try:
        async with asyncio.timeout(MOST_SECONDS):
            await sink.until(address, WELCOME_AND_INVITATION)
    except TimeoutError:
        raise WrongEnd(f"{address} was not written to within {MOST_SECONDS} s") from None
    arrivals = sink.arrivals[address]
    if not any(arrival.is_invitation for arrival in arrivals):
        raise WrongEnd(f"{address} was not invited")
    return arrivals


async def _take_bare_steps(course: Course) -> Samples:
    output = course.servers.run.folder / "bare-steps.json"
    asked = output.with_name("bare-steps-asked.json")
    Configuration(
        amqp_url=course.servers.amqp_url("operator"),
        database_url=course.database_url,
        smtp_port=course.sink.port,
        key=course.key,
        samples=course.samples,
        pause=PAUSE_SECONDS,
        event_octets=EVENT_OCTETS,
        mail_octets=_octets_of_an_invitation(course.sink),
        output=str(output),
    ).write(asked)
    command = [sys.executable, "-m", "bench.bare_steps", str(asked)]
    program = course.servers.run.program("bare-steps", command, working_folder=ROOT)
    program.start()
    await program.finish()
    taken: Samples = json.loads(output.read_text())
    return taken


def _octets_of_an_invitation(sink: Sink) -> int:
    return round(median(each.size for arrivals in sink.arrivals.values() for each in arrivals if each.is_invitation))


def _check_end(sink: Sink) -> None:
    """Everybody was welcomed and invited, once, in e-mails that are signed."""
    for address, arrivals in sink.arrivals.items():
        if not address.endswith(f"@{DOMAIN}"):
            continue
        invitations = sum(arrival.is_invitation for arrival in arrivals)
        if (len(arrivals), invitations) != (WELCOME_AND_INVITATION, 1) or not all(each.is_signed for each in arrivals):
            raise WrongEnd(f"{address}: {len(arrivals)} e-mails, {invitations} of them invitations, or one not signed")


def _rows(rounds: Mapping[str, Sequence[Samples]]) -> list[Row]:
    found = {name: [_milliseconds(each) for each in samples] for name, samples in rounds.items()}

    def middle(name: str, of: str) -> float:
        return median(each[of] for each in found[name])

    return [
        Row(f"appointment to invitation, {of}", "ms", middle(OURS, of), middle(LIMIT, of), LIMIT, under(limit, "ms"))
        for of, limit in UNDER_MS.items()
    ]


def _milliseconds(samples: Samples) -> dict[str, float]:
    hundredths = quantiles(samples, n=100, method="inclusive")
    found = {"p50": hundredths[49], "p90": hundredths[89], "p99": hundredths[98], "most": max(samples)}
    return {name: round(1000 * seconds, 2) for name, seconds in found.items()}


def dkim_key() -> str:
    """Make a key as ours sign with, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
