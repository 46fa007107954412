"""The operator's command for systems changes broker and database together, and completes what was cut off."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from aiormq.exceptions import AMQPError

from deploy.local.outside import Outside, import_definitions
from services.membership import storage
from services.membership.broker import Broker as Administered
from services.membership.registration import let_in
from services.membership.systems import System, new_password, password_hash
from shared.database.pool import Database
from tests.support.broker import Broker
from tests.support.denials import publish, read, refusal
from tests.support.operator import Cut, Operator, Told, cut

LISTED = "crm  may report  for /crm  at most 20000 an hour  owner it@crm.example (da)"
ADD = ("add", "crm", "--source", "/crm", "--owner", "it@crm.example")


async def lets_in(broker: Broker, password: str) -> bool:
    """Tell whether the broker lets crm in by this password, to publish and to read its answers."""
    url = broker.address.url("crm", password)
    try:
        refused = [await refusal(url, act) for act in (publish("upstream", "crm.x"), read("upstream.answers.crm"))]
    except AMQPError:
        return False
    return refused == [None, None]


async def known(database: Database, name: str = "crm") -> System | None:
    async with database.connection() as conn:
        return await storage.find_system(conn, name)


async def known_by(database: Database, password: str) -> bool:
    """Tell whether we know crm by this password."""
    async with database.connection() as conn:
        return await storage.system_of_password(conn, "crm", password) is not None


@asynccontextmanager
async def management(operator: Operator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{operator.management_url}/api/", trust_env=False) as client:
        yield client


async def of_crm(operator: Operator) -> Told:
    """List the systems, and keep what is said of crm."""
    told = await operator.systems("list")
    return Told(told.status, "\n".join(line for line in told.output.splitlines() if line.startswith("crm")), told.error)


async def test_a_new_system_is_let_in_and_its_password_alone_is_written_to_the_output(
    operator: Operator, broker: Broker, membership_database: Database
) -> None:
    told = await operator.systems(*ADD, "--language", "en", "--most-per-hour", "500")

    assert told.status == 0
    assert len(told.output) >= 43
    assert told.output not in told.error
    assert await lets_in(broker, told.output)
    assert await known_by(membership_database, told.output)
    listed = await of_crm(operator)
    assert listed.output == "crm  may report  for /crm  at most 500 an hour  owner it@crm.example (en)"


async def test_a_password_is_kept_nowhere_and_listed_never(operator: Operator, membership_database: Database) -> None:
    password = (await operator.systems(*ADD)).output

    listed = await operator.systems("list")
    async with membership_database.connection() as conn:
        rows = await conn.fetch("SELECT to_jsonb(s) AS row FROM systems AS s")
    assert password not in listed.output + listed.error + "".join(row["row"] for row in rows)


async def test_adding_a_system_again_adds_to_what_is_said_of_it_and_keeps_its_password(
    operator: Operator, broker: Broker, membership_database: Database
) -> None:
    password = (await operator.systems(*ADD, "--most-per-hour", "500")).output

    again = await operator.systems("add", "crm", "--source", "/crm/old", "--most-per-hour", "0")

    assert (again.status, again.output) == (0, "")
    assert await lets_in(broker, password)
    system = await known(membership_database)
    assert system is not None
    assert (system.sources, system.owner_email, system.most_per_hour) == (("/crm", "/crm/old"), "it@crm.example", None)


DAMAGE: dict[str, Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]] = {
    "its user, what it may write and read, the routing keys that it is held to": lambda broker: broker.delete(
        "users/crm"
    ),
    "what it may write and read": lambda broker: broker.delete("permissions/%2F/crm"),
    "the routing keys that it is held to": lambda broker: broker.delete("topic-permissions/%2F/crm"),
    "its queue of answers, the binding of its queue": lambda broker: broker.delete("queues/%2F/upstream.answers.crm"),
    "the binding of its queue": lambda broker: broker.delete(
        "bindings/%2F/e/upstream.answers/q/upstream.answers.crm/crm"
    ),
    "the bounds of its user": lambda broker: broker.delete("user-limits/crm/max-connections"),
}


@pytest.mark.parametrize("lacking", DAMAGE)
async def test_what_the_broker_lacks_is_listed_and_adding_the_system_again_mends_it(
    operator: Operator, broker: Broker, lacking: str
) -> None:
    password = (await operator.systems(*ADD)).output
    async with management(operator) as client:
        assert (await DAMAGE[lacking](client)).is_success

    broken = await of_crm(operator)
    mended = await operator.systems("add", "crm")

    assert broken.status == 1
    assert broken.output.endswith(f"crm is at odds with the broker over {lacking}: run systems add crm")
    assert mended.output == ""
    assert "at odds" not in (await of_crm(operator)).output
    assert await lets_in(broker, password)


async def test_systems_that_are_as_they_must_be_leave_nothing_to_do(operator: Operator) -> None:
    for name in ("register", "erp"):  # whom the broker of the tests lets in anyway
        await operator.systems("add", name, "--source", f"/{name}", "--owner", "it@handelsbyer.example")

    await operator.systems(*ADD)

    assert (await operator.systems("list")).status == 0


@pytest.mark.parametrize("arrives", [False, True])
async def test_an_addition_that_is_killed_in_the_middle_is_listed_and_completed_when_run_again(
    operator: Operator, broker: Broker, arrives: bool
) -> None:
    async with killed(operator, arrives=arrives) as cut_off:
        assert (await cut_off.systems(*ADD))[:2] == (-signal.SIGKILL, "")
    half_done = await of_crm(operator)

    again = await operator.systems("add", "crm")

    assert (half_done.status, half_done.output.splitlines()[-1]) == (1, "crm is half added: run systems add crm")
    assert await lets_in(broker, again.output)
    assert (await of_crm(operator)).output == LISTED


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_rotation_that_is_killed_in_the_middle_is_completed_when_run_again(
    operator: Operator, broker: Broker, membership_database: Database, arrives: bool
) -> None:
    old = (await operator.systems(*ADD)).output
    async with killed(operator, arrives=arrives) as cut_off:
        assert (await cut_off.systems("rotate", "crm"))[:2] == (-signal.SIGKILL, "")

    new = (await operator.systems("rotate", "crm")).output

    assert await lets_in(broker, new)
    assert not await lets_in(broker, old)
    assert [await known_by(membership_database, password) for password in (old, new)] == [False, True]


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_removal_that_is_killed_in_the_middle_is_completed_when_run_again(
    operator: Operator, broker: Broker, membership_database: Database, arrives: bool
) -> None:
    password = (await operator.systems(*ADD)).output
    async with killed(operator, arrives=arrives) as cut_off:
        assert (await cut_off.systems("remove", "crm"))[:2] == (-signal.SIGKILL, "")
    half_done = await of_crm(operator)

    again = await operator.systems("remove", "crm")

    assert ("at odds with the broker over its user" in half_done.output) is arrives
    assert (again.status, again.output) == (0, "crm may report no longer")
    assert not await lets_in(broker, password)
    assert await known(membership_database) is None


async def test_a_database_that_goes_away_in_the_middle_leaves_nothing_that_running_again_does_not_complete(
    operator: Operator, broker: Broker, membership_database: Database, registrar: Database
) -> None:
    async def cut_off() -> None:
        async with registrar.connection() as conn:
            await conn.execute(
                """
                SELECT pg_terminate_backend(pid)
                  FROM pg_stat_activity
                 WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
                """
            )

    async with cut(operator.management_url, after=cut_off) as management_url:
        told = await Operator(management_url, operator.owner_url).systems(*ADD)
    again = await operator.systems(*ADD)

    assert (told.status, told.output) == (1, "")
    assert told.error.startswith("no answer from the database")
    assert told.error.endswith("it may be half done: run the same again")
    assert await lets_in(broker, again.output)
    assert await known_by(membership_database, again.output)


async def test_nothing_is_begun_while_the_broker_is_away(operator: Operator, membership_database: Database) -> None:
    told = await Operator("http://operator:x@127.0.0.1:1", operator.owner_url).systems(*ADD)

    assert (told.status, told.output) == (1, "")
    assert told.error == "no answer from the broker's management (ConnectionRefusedError)"
    assert await known(membership_database) is None


async def test_nothing_is_begun_while_the_database_is_away(operator: Operator) -> None:
    away = Operator(operator.management_url, "postgresql://membership_owner:x@127.0.0.1:1/handelsbyer")

    told = await away.systems(*ADD)

    assert (told.status, told.error) == (1, "no answer from the database (ConnectionRefusedError)")
    async with management(operator) as client:
        assert (await client.get("users/crm")).status_code == 404


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("operator:wrong", "the broker does not know the user of BROKER_MANAGEMENT_URL by this password"),
        ("register:{password}", "BROKER_MANAGEMENT_URL"),
    ],
)
async def test_who_is_no_administrator_of_the_broker_is_told_so(
    operator: Operator, broker: Broker, user: str, words: str
) -> None:
    where = operator.management_url.rpartition("@")[2]
    login = user.format(password=broker.passwords.of_user("register"))

    told = await Operator(f"http://{login}@{where}", operator.owner_url).systems(*ADD)

    assert told.status == 1
    assert words in told.error


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("add", "Crm", *ADD[2:]), 2, "argument name: is no name for a system: expected at most 60 of a-z, 0-9 and -"),
        (("add", "crm.x", *ADD[2:]), 2, "argument name: is no name for a system"),
        (("add", "membership", *ADD[2:]), 1, "membership is the name of another user of the broker"),
        (("add", "operator", *ADD[2:]), 1, "operator is the name of another user of the broker"),
        (("add", "crm", "--owner", "it@crm.example"), 1, "--source is missing"),
        (("add", "crm", "--source", "/crm"), 1, "--owner is missing"),
        (("add", "crm", "--source", "/register", *ADD[4:]), 1, "/register is the source of register"),
        (("add", "crm", "--source", "/crm\n", *ADD[4:]), 2, "argument --source: holds a control character"),
        (("add", "crm", "--owner", "nobody"), 2, "argument --owner: "),
        (("add", "crm", "--most-per-hour", "many"), 2, "argument --most-per-hour: is no count"),
        (("pause", "crm"), 1, "no system is called crm"),
        (("resume", "crm"), 1, "no system is called crm"),
        (("rotate", "crm"), 1, "no system is called crm"),
        (("remove", "crm"), 1, "no system is called crm"),
        (("remove", "membership"), 1, "no system is called membership"),
    ],
)
async def test_what_cannot_be_done_is_said_and_changes_nothing(
    operator: Operator, registrar: Database, arguments: tuple[str, ...], status: int, words: str
) -> None:
    async with registrar.connection() as conn:
        await storage.add_system(conn, "register", None)
        await storage.allow_source(conn, "register", "/register")
    before = await Administered(operator.management_url).definitions()

    told = await operator.systems(*arguments)

    assert (told.status, told.output) == (status, "")
    assert words in told.error
    assert await Administered(operator.management_url).definitions() == before
    assert await known(registrar) is None


async def test_a_system_that_the_broker_knew_before_us_is_taken_over_with_its_password(
    operator: Operator, broker: Broker, membership_database: Database
) -> None:
    password = new_password()
    await let_in(Administered(operator.management_url), "crm", password_hash(password))
    unknown = await of_crm(operator)

    told = await operator.systems(*ADD)

    assert "the broker lets it in, and we do not know it" in unknown.output
    assert (told.status, told.output) == (0, "")
    assert await lets_in(broker, password)
    assert await known_by(membership_database, password)


async def test_a_system_of_a_broker_that_was_made_anew_gets_back_the_password_that_it_had(
    operator: Operator, broker: Broker
) -> None:
    password = (await operator.systems(*ADD)).output
    await Administered(operator.management_url).remove("crm")

    await operator.systems("add", "crm")

    assert await lets_in(broker, password)


async def test_two_who_add_the_same_system_at_once_are_shown_one_password(operator: Operator, broker: Broker) -> None:
    others = [Operator(operator.management_url, operator.owner_url) for _ in range(3)]

    told = await asyncio.gather(*(one.systems(*ADD) for one in others))

    [password] = [one.output for one in told if one.output]
    assert await lets_in(broker, password)


async def test_what_was_added_survives_that_the_definitions_are_loaded_anew_and_that_the_broker_is_restarted(
    operator: Operator, broker: Broker
) -> None:
    password = (await operator.systems(*ADD)).output
    outside = Outside(amqp_url=broker.url("operator"), rabbitmq_management_url=broker.address.management_url)

    await import_definitions(outside, broker.passwords)
    await broker.server.stop()
    await broker.server.start()

    assert await lets_in(broker, password)
    assert (await of_crm(operator)).output == LISTED


@asynccontextmanager
async def killed(operator: Operator, *, arrives: bool) -> AsyncIterator[Operator]:
    """Lend a command that is killed at its first change of the broker: before it arrives there, or once it is made."""
    victim = Operator(operator.management_url, operator.owner_url)
    when: dict[str, Cut] = {"after" if arrives else "before": victim.kill}
    async with cut(operator.management_url, **when) as victim.management_url:
        yield victim
