"""What ours is measured beside: each peer does its work with a far server of its own, and answers how long it took."""

import json
import sys
import time
from collections.abc import Mapping
from uuid import uuid4

from bench.verdict import WrongEnd
from deploy.local.errors import patience
from deploy.local.program import Program
from deploy.local.servers import ROOT

from .course import Course
from .delaying import delayed
from .far_server import FarServer, far_server, tool
from .peers.peer import Asked
from .sending import Sending

MOST_SECONDS = 300
# As many as take some seconds each: they differ a hundredfold.
SHARES = {"each_alone": 20, "post_office": 2, "pool": 40, "signature": 5}
SESSIONS = "8"


async def each_alone(course: Course) -> Sending:
    """Have EmailMessage, dkimpy and aiosmtplib's `send` send some."""
    async with far_server(course.servers) as far:
        return await _sent(course, "each_alone", far, far.port)


async def post_office(course: Course) -> Sending:
    """Have django-post_office send some, unsigned."""
    files = course.servers.run.folder / f"attachments-{uuid4().hex[:8]}"
    async with far_server(course.servers) as far, course.servers.fresh_database() as database:
        environment = {
            "DJANGO_SETTINGS_MODULE": "bench.mail.peers.django_settings",
            "DATABASE_URL": course.servers.database_url(database),
            "SMTP_PORT": str(far.port),
            "MEDIA_ROOT": str(files),
        }
        return await _sent(course, "post_office", far, far.port, environment)


async def pool(course: Course) -> Sending:
    """Have four connections of aiosmtplib send some to a server that is 20 ms away."""
    async with far_server(course.servers) as far, delayed(course.servers, far.port, 0.02) as port:
        return await _sent(course, "pool", far, port)


async def signature(course: Course) -> Sending:
    """Have nothing but signatures be made."""
    return await _ask(course, "signature", 0)


async def smtp_source(course: Course) -> Sending:
    """Have Postfix's smtp-source send one e-mail over and over, in eight sessions that are kept."""
    lines = course.servers.run.folder / "sample.lines"
    lines.write_bytes(course.sample.read_bytes().replace(b"\r\n", b"\n"))
    async with far_server(course.servers) as far:
        what = ["-F", str(lines), "-m", str(course.mails), "-f", "source@town.example", "-t", "sink@town.example"]
        command = [tool("smtp-source"), "-d", "-s", SESSIONS, *what, f"127.0.0.1:{far.port}"]
        program = course.servers.run.program("smtp-source", command, working_folder=ROOT)
        began = time.perf_counter()
        program.start()
        await far.until(course.mails, lambda: None)
        seconds = time.perf_counter() - began
        await program.finish()
        return Sending(course.mails, seconds, cpu=0.0)


async def _sent(
    course: Course, name: str, far: FarServer, port: int, environment: Mapping[str, str] | None = None
) -> Sending:
    found = await _ask(course, name, port, environment)
    if far.taken() != found.mails:
        raise WrongEnd(f"{name} sent {found.mails}, the far server has taken {far.taken()}")
    return found


async def _ask(course: Course, name: str, port: int, environment: Mapping[str, str] | None = None) -> Sending:
    folder, mails = course.servers.run.folder, max(1, course.mails // SHARES[name])
    asked, answer = folder / f"{name}-asked.json", folder / f"{name}.json"
    Asked(mails, port, str(course.sample), str(course.key), str(answer)).write(asked)
    command = [sys.executable, "-m", f"bench.mail.peers.{name}", str(asked)]
    program: Program = course.servers.run.program(f"peer-{name}", command, working_folder=ROOT, environment=environment)
    program.start()
    try:
        async with patience(MOST_SECONDS, lambda: f"{name} does not end.\n{program.last_lines()}"):
            await program.finish()
    finally:
        await program.stop()
    return Sending(mails, **json.loads(answer.read_text()))
