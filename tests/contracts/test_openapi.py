"""Each service's JSON API does what its OpenAPI document says, whatever Schemathesis sends it."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from services.meetings.app import build as build_meetings
from services.membership.app import build as build_membership
from services.membership.settings import Settings as MembershipSettings
from shared.database.pool import Database
from tests.conftest import DatabaseOf
from tests.meetings.builders import series
from tests.meetings.conftest import Service, settings_for
from tests.membership.conftest import EVENING, TOKEN, Door
from tests.notifications.builders import MeetingStory, person_updated
from tests.notifications.conftest import Service as Mails
from tests.notifications.operators import TOKEN as OPERATOR
from tests.notifications.operators import web_part
from tests.support.browser import served
from tests.support.builders import joined
from tests.support.systems import let_report

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Each call is tried with what its description names as limits, and with so much by chance, the same every time.
EXAMPLES = 3
# Other methods are answered by the framework, alike at every address: they are not tried at each.
SETTINGS = ("[phases.coverage]", "unexpected-methods = []")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


async def try_everything(address: str, folder: Path, there: Mapping[str, object], token: str = TOKEN) -> None:
    """Have every call tried; `there` are parameters of things that there are."""
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in there.items()]
    (folder / "schemathesis.toml").write_text("\n".join([*SETTINGS, "[parameters]", *lines]))
    trying = await asyncio.create_subprocess_exec(
        SCHEMATHESIS,
        *("run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--continue-on-failure"),
        *("--max-examples", str(EXAMPLES), "--generation-deterministic"),
        *("--suppress-health-check", "all", "--no-color"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await trying.communicate()
    assert trying.returncode == 0, said.decode()


async def test_meetings(meetings_database: Database, database: DatabaseOf, tmp_path: Path) -> None:
    service = Service(meetings_database)
    planned, *_ = await service.create(series(mode="hybrid", place="Rådhuset"))
    app = build_meetings(settings_for(await database("meetings")), ["web"], now=service.clock)

    async with served(app, "") as address:
        there = {"path.meeting_id": str(planned.id), "path.series_id": str(planned.series_id)}
        await try_everything(address, tmp_path, there)


async def test_membership(membership_database: Database, database: DatabaseOf, tmp_path: Path) -> None:
    await let_report(await database("membership"))
    await Door(membership_database).take(joined("koege"), joined("ribe", kind="guild"))
    app = build_membership(
        MembershipSettings.model_validate(await facts(database, "membership")), ["web"], lambda: EVENING
    )

    async with served(app, "") as address:
        await try_everything(address, tmp_path, {"path.kept_id": 1})


async def test_notifications(notifications_database: Database, database: DatabaseOf, tmp_path: Path) -> None:
    await Mails(notifications_database, tmp_path).hear(person_updated(UUID(int=1)), MeetingStory().issued(UUID(int=1)))

    async with served(web_part(await database("notifications")), "") as address:
        await try_everything(address, tmp_path, {"path.email_id": 1}, OPERATOR)


async def facts(database: DatabaseOf, service: str) -> dict[str, str]:
    """Return what every service's web part is told by its environment."""
    url = (await database(service)).runtime_url
    return {"database_url": url, "amqp_url": "amqp://127.0.0.1", "operator_token": TOKEN}
