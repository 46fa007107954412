"""From the proposal of a host to the e-mail that asks it, and to where every calendar says that the meeting is."""

from datetime import timedelta
from typing import Any

from shared.clock import utc_now
from tests.end_to_end.network import Network
from tests.support.builders import contact, joined
from tests.support.mails import calendars


async def test_a_host_that_is_chosen_is_asked_and_stands_in_every_calendar(network: Network) -> None:
    series: dict[str, Any] = {
        "title": "Møde hos en vært",
        "recurrence": {"kind": "single", "day": (utc_now() + timedelta(days=20)).date().isoformat()},
        "starts_at": "10:00",
        "minutes": 60,
        "mode": "physical",
        "on_holiday": "ignore",
        "horizon_days": 60,
    }
    anna, bo = (contact(name, email=f"{name}@hosts.example") for name in ("anna", "bo"))
    before = len(network.answers)
    created = await network.ask("meetings", "POST", "/series", series)
    (meeting,) = created["meetings"]
    await network.publish([joined("ry", anna, town="Ry", region=None), joined("mols", bo, town="Mols", region=None)])
    await network.settled(before + 2)

    proposal = await network.ask("meetings", "GET", f"/meetings/{meeting['id']}/host")
    chosen = await network.ask("meetings", "POST", f"/meetings/{meeting['id']}/host", {"town": "Mols"})
    await network.settled()

    assert {"Ry", "Mols"} <= {one["town"] for one in proposal["candidates"]}
    assert (chosen["host_town"], chosen["place"]) == ("Mols", None)
    mails = network.mails("@hosts.example")
    assert [mail.address for mail in mails if "Mols være vært?" in mail.subject] == ["bo@hosts.example"]
    held = calendars(mails)
    assert {address: entries[meeting["uid"]].location for address, entries in held.items()} == {
        "anna@hosts.example": "Mols",
        "bo@hosts.example": "Mols",
    }
    assert {mail.sequence for mail in mails if mail.uid == meeting["uid"]} == {0, 1}
