"""The programs of docs/publish-events.md, run as a stranger runs them: real broker, running membership."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import psutil
import pytest
from aio_pika.abc import AbstractIncomingMessage, DeliveryMode

from deploy.local.services import Part
from deploy.local.stack import until_ready
from services.membership.systems import password_hash
from shared.database.pool import opened
from tests.docs.administrator import close_connections, nobody_wants_events
from tests.docs.stranger import CHECKER, PUBLISHERS, SHOWN, CannotFollow, Stranger, family
from tests.support.broker import Broker
from tests.support.builders import SYSTEM
from tests.support.certificates import tls_in_front_of, write_certificate
from tests.support.databases import Databases, ServiceDatabase
from tests.support.eventually import eventually
from tests.support.membership import running_membership
from tests.support.systems import let_report

ANSWERS = f"upstream.answers.{SYSTEM}"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WITH_CONFIRMS = ["publish.py", "publish.mjs"]


@pytest.fixture(scope="module")
async def membership(databases: Databases, session_broker: Broker) -> AsyncIterator[Part]:
    """A running membership to which the system `register` may report."""
    async with databases.fresh("membership") as database:
        await let_report(database)
        await let_sign_in(database, session_broker.passwords.of_user(SYSTEM))
        async with running_membership(database, session_broker) as running:
            yield running


@pytest.fixture
async def silent_membership(membership: Part) -> AsyncIterator[Part]:
    """Membership stopped, to be started in the test."""
    await membership.program.stop()
    yield membership
    if membership.program.status is not None:
        await started(membership)


@pytest.fixture(params=PUBLISHERS)
def stranger(request: pytest.FixtureRequest, tmp_path: Path) -> Stranger:
    try:
        return Stranger(tmp_path, request.param)
    except CannotFollow as why:
        pytest.fail(str(why), pytrace=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    write_certificate(path)
    return path


async def test_an_event_is_accepted_and_the_answer_acknowledged(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    outcome = await stranger.runs("joined.json", broker.url(SYSTEM))

    assert (outcome.status, outcome.complained) == (0, "")
    assert without_uuids(outcome.said) == without_uuids(stranger.theirs((SHOWN / "accepted.txt").read_text()))
    assert UUID.search(outcome.said)
    assert await broker.waiting(ANSWERS) == 0


async def test_a_wrong_event_is_rejected_with_each_field_why_and_what_would_be_right(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    outcome = await stranger.runs("wrong.json", broker.url(SYSTEM))

    assert (outcome.status, outcome.complained) == (0, "")
    assert outcome.said == stranger.theirs((SHOWN / "rejected.txt").read_text())


async def test_an_event_that_is_older_than_what_is_known_is_superseded(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    joined = json.loads((SHOWN / "joined.json").read_text())
    kind, organisation = "upstream.organisation_updated.v1", {"organisation": joined["data"]["organisation"]}
    older = {**joined, "type": kind, "id": "first-0", "time": "2026-03-01T08:00:00Z", "data": organisation}
    stranger.has("older.json", json.dumps(older))

    await stranger.runs("joined.json", broker.url(SYSTEM))
    outcome = await stranger.runs("older.json", broker.url(SYSTEM))

    assert (outcome.status, outcome.said.split()) == (0, [f"{stranger.me}-0", "superseded"])


async def test_an_event_of_no_organisation_is_accepted_without_one(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    joined = json.loads((SHOWN / "joined.json").read_text())
    kind = "upstream.snapshot_started.v1"
    stranger.has("list.json", json.dumps({**joined, "type": kind, "id": "first-3", "data": {"snapshot": "first-list"}}))

    outcome = await stranger.runs("list.json", broker.url(SYSTEM))

    assert (outcome.status, outcome.said.split()[:2]) == (0, [f"{stranger.me}-3", "accepted:"])


async def test_the_event_is_persistent_and_begins_its_key_with_the_system(
    stranger: Stranger, silent_membership: Part, broker: Broker
) -> None:
    async with stranger.running("joined.json", broker.url(SYSTEM)):
        message = await eventually(lambda: taken_from(broker, "membership.inbox", "membership"))

    assert message.delivery_mode == DeliveryMode.PERSISTENT
    assert message.routing_key == f"{SYSTEM}.members"


@pytest.mark.parametrize("stranger", WITH_CONFIRMS, indirect=True)
async def test_an_event_that_no_queue_wants_is_not_taken_for_published(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    async with nobody_wants_events(broker):
        outcome = await stranger.runs("joined.json", broker.url(SYSTEM))

    assert outcome.status == 1
    assert "refused" in outcome.complained
    assert "NO_ROUTE" in outcome.complained or "Unroutable" in outcome.complained


async def test_an_event_without_an_answer_is_published_again_under_the_same_id(
    stranger: Stranger, silent_membership: Part, broker: Broker
) -> None:
    stranger.in_a_hurry()
    async with stranger.running("joined.json", broker.url(SYSTEM)) as process:
        await eventually(lambda: broker.waiting("membership.inbox"))
        ids = await eventually(lambda: repeated_when_broken_off(broker), every=1)
        await started(silent_membership)
        said, _ = await process.communicate()

    assert process.returncode == 0
    assert said.decode().startswith(f"{stranger.me}-1 accepted")
    assert set(ids) == {f"{stranger.me}-1"}


async def test_an_answer_that_nobody_has_read_yet_is_read_too(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    async with await aio_pika.connect(broker.url(SYSTEM)) as connection:
        exchange = await (await connection.channel()).get_exchange("upstream", ensure=False)
        await exchange.publish(aio_pika.Message(b"no event"), f"{SYSTEM}.x")
    await eventually(lambda: broker.waiting(ANSWERS))

    outcome = await stranger.runs("joined.json", broker.url(SYSTEM))

    assert [line.split()[1] for line in outcome.said.splitlines() if line[0] != " "] == ["rejected:", "accepted:"]
    assert await broker.waiting(ANSWERS) == 0


@pytest.mark.parametrize("stranger", [CHECKER], indirect=True)
async def test_a_wrong_event_is_checked_without_being_published(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    faults = (SHOWN / "rejected.txt").read_text().splitlines()[1:]
    stranger.has("joined.json", (SHOWN / "joined.json").read_text().replace("first-1", "first-4"))

    wrong = await stranger.runs("wrong.json", broker.url(SYSTEM), HANDELSBYER_WEB=membership.url)
    good = await stranger.runs("joined.json", broker.url(SYSTEM), HANDELSBYER_WEB=membership.url)

    assert wrong.said.splitlines() == [f"{stranger.me}-2 rejected", *faults]
    assert good.said.splitlines() == [f"{stranger.me}-4 accepted"]
    assert await broker.waiting(ANSWERS) == 0


@pytest.mark.parametrize("stranger", [CHECKER], indirect=True)
async def test_a_check_with_a_wrong_password_is_told_how_to_sign_in(
    stranger: Stranger, membership: Part, broker: Broker
) -> None:
    outcome = await stranger.runs("joined.json", broker.address.url(SYSTEM, "wrong"), HANDELSBYER_WEB=membership.url)

    assert outcome.status != 0
    assert "sign in" in outcome.complained


@pytest.mark.parametrize("stranger", PUBLISHERS[:2], indirect=True)
async def test_a_file_that_is_no_json_is_named(stranger: Stranger, broker: Broker) -> None:
    stranger.has("slip.json", '{"id": "first-5",}')

    outcome = await stranger.runs("slip.json", broker.url(SYSTEM))

    assert outcome.status == 1
    assert outcome.complained.startswith("slip.json: ")


async def test_the_password_stands_in_no_command_line(
    stranger: Stranger, silent_membership: Part, broker: Broker
) -> None:
    async with stranger.running("joined.json", broker.url(SYSTEM)) as process:
        await eventually(lambda: broker.waiting("membership.inbox"))
        seen = [word for one in family(process) for word in command_line(one)]

    assert seen
    assert not [word for word in seen if broker.passwords.of_user(SYSTEM) in word]


async def test_a_wrong_password_is_said_to_be_refused(stranger: Stranger, membership: Part, broker: Broker) -> None:
    stranger.in_a_hurry()

    outcome = await stranger.runs("joined.json", broker.address.url(SYSTEM, "wrong"))

    assert outcome.status == 1
    assert "ACCESS_REFUSED" in outcome.complained


async def test_an_address_that_is_missing_is_named(stranger: Stranger) -> None:
    outcome = await stranger.runs("joined.json", "")

    assert outcome.status == 1
    assert "HANDELSBYER_BROKER" in outcome.complained


async def test_an_address_that_is_none_is_told_what_one_looks_like(stranger: Stranger) -> None:
    outcome = await stranger.runs("joined.json", "mail.example")

    assert outcome.status == 1
    assert outcome.complained == "HANDELSBYER_BROKER must be amqps://<system>:<password>@<host>:<port>/\n"


async def test_amqps_speaks_tls_with_a_broker_whose_certificate_is_trusted(
    stranger: Stranger, membership: Part, broker: Broker, certificate: Path
) -> None:
    trusted = {"SSL_CERT_FILE": str(certificate), "NODE_EXTRA_CA_CERTS": str(certificate)}

    async with tls_in_front_of(broker.address.port, certificate) as port:
        outcome = await stranger.runs("joined.json", encrypted(broker, port), **trusted)

    assert (outcome.status, outcome.said.split()[1]) == (0, "accepted:")


async def test_amqps_tells_nothing_to_a_broker_whose_certificate_nobody_vouches_for(
    stranger: Stranger, broker: Broker, certificate: Path
) -> None:
    stranger.in_a_hurry()

    async with tls_in_front_of(broker.address.port, certificate) as port:
        outcome = await stranger.runs("joined.json", encrypted(broker, port))

    assert outcome.status == 1
    assert "certificate" in outcome.complained


async def let_sign_in(database: ServiceDatabase, password: str) -> None:
    async with opened(database.owner_url) as owner, owner.connection() as conn:
        await conn.execute("UPDATE systems SET password_hash = $1", password_hash(password))


async def taken_from(broker: Broker, queue: str, user: str) -> AbstractIncomingMessage | None:
    """Take the first message that waits in a queue."""
    async with await aio_pika.connect(broker.url(user)) as connection:
        waiting = await (await connection.channel()).get_queue(queue, ensure=False)
        return await waiting.get(no_ack=True, fail=False)


async def repeated_when_broken_off(broker: Broker) -> list[str] | None:
    """Break off what `register` is doing, and return the ids of its events that wait, once there are several."""
    await close_connections(broker, SYSTEM)
    async with await aio_pika.connect(broker.url("operator")) as connection:
        inbox = await (await connection.channel()).get_queue("membership.inbox", ensure=False)
        ids = []
        while message := await inbox.get(fail=False):  # they go back when the connection ends
            ids.append(json.loads(message.body)["id"])
    return ids if len(ids) > 1 else None


def encrypted(broker: Broker, port: int) -> str:
    return f"amqps://{SYSTEM}:{broker.passwords.of_user(SYSTEM)}@localhost:{port}/"


def without_uuids(text: str) -> str:
    return UUID.sub("<uuid>", text)


def command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


async def started(membership: Part) -> None:
    membership.program.start()
    await until_ready(membership)
