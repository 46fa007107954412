"""The operator has all members said once more, as they are."""

from tests.conftest import DatabaseOf
from tests.membership.conftest import Door
from tests.membership.test_sharing_commands import run
from tests.support.builders import joined, left, updated


async def test_each_active_member_is_said_as_it_is_with_the_version_that_it_has(
    door: Door, database: DatabaseOf
) -> None:
    await door.take(joined("koege"), joined("ribe", region="Syddanmark"), joined("skive"))
    await door.take(updated("koege", name="Køge Handel").at(1), left("skive").at(1))
    before = {data["organisation"]["id"]: data for _, data in await door.said() if "organisation" in data}

    answered = run(await database("membership"), "organisations", "say-again")

    said = await door.said()
    assert answered == (0, "2 members are said once more\n")
    assert [kind for kind, _ in said] == 2 * ["membership.member_updated.v1"]
    assert sorted(data["organisation"]["name"] for _, data in said) == ["Køge Handel", "Ribe Handelsstandsforening"]
    for _, data in said:
        last = before[data["organisation"]["id"]]
        assert (data["organisation"], data["version"]) == (last["organisation"], last["version"])
