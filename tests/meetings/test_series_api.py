"""The JSON API of series as an operator's program sees it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.meetings import series_api
from tests.meetings.asking import ONLINE, get, post
from tests.meetings.builders import UID_DOMAIN
from tests.meetings.conftest import Service


async def test_a_series_is_answered_with_its_planned_meetings(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)

    march, april, *_ = created["meetings"]
    assert len(created["meetings"]) == 12
    assert (march["starts_at"], march["ends_at"]) == ("2026-03-12T09:30:00+01:00", "2026-03-12T10:30:00+01:00")
    assert (april["starts_at"], april["ends_at"]) == ("2026-04-09T09:30:00+02:00", "2026-04-09T10:30:00+02:00")
    assert march["uid"] == f"{march['id']}@{UID_DOMAIN}"
    assert (march["status"], march["sequence"], march["invited"]) == ("scheduled", 0, 0)


async def test_a_series_is_shown_as_it_was_asked_for(api: httpx.AsyncClient) -> None:
    quarterly = {
        **ONLINE,
        "recurrence": {"weekday": "friday", "nth": -1, "months": [12, 3, 6, 9]},
        "from": "2026-04-01",
        "until": "2027-12-31",
        "mode": "physical",
        "link": None,
        "place": "Rådhuset",
        "address": "Torvet 1, 4600 Køge",
        "host_town": "Køge",
        "agenda": "Velkomst\nJulehandel",
        "on_holiday": "ignore",
        "reminders": [{"before": 7, "unit": "days"}, {"before": 60, "unit": "minutes"}],
        "is_public": True,
    }

    created = await post(api, "/series", quarterly, 201)

    del created["meetings"]
    expected = {**quarterly, "id": created["id"]}
    expected["recurrence"] = {"kind": "nth_weekday", "weekday": "friday", "nth": -1, "months": [3, 6, 9, 12]}
    assert created == expected
    assert await get(api, "/series") == {"series": [expected], "next": None}
    assert await get(api, f"/series/{created['id']}") == expected


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        ({"kind": "nth_weekday", "weekday": "monday", "nth": 1, "months": [4, 5]}, ["2026-04-13", "2026-05-04"]),
        (
            {"kind": "every_weeks", "weekday": "friday", "weeks": 26, "since": "2026-03-06"},
            ["2026-03-06", "2026-09-04"],
        ),
        ({"kind": "single", "day": "2026-05-14"}, ["2026-05-21"]),
    ],
)
async def test_every_kind_of_rule_is_kept_and_planned(
    api: httpx.AsyncClient, rule: dict[str, Any], begins: list[str]
) -> None:
    created = await post(api, "/series", {**ONLINE, "recurrence": rule}, 201)

    assert created["recurrence"] == rule
    assert [meeting["starts_at"][:10] for meeting in created["meetings"]][:2] == begins
    assert (await get(api, f"/series/{created['id']}"))["recurrence"] == rule


async def test_every_weekday_skips_holidays_where_nobody_says_what_to_do(api: httpx.AsyncClient) -> None:
    daily = {**ONLINE, "recurrence": {"kind": "every_weekday"}, "from": "2026-04-01", "until": "2026-04-08"}

    created = await post(api, "/series", daily, 201)

    assert created["on_holiday"] == "skip"
    assert [meeting["starts_at"][:10] for meeting in created["meetings"]] == ["2026-04-01", "2026-04-07", "2026-04-08"]


async def test_weeks_are_counted_from_the_first_day_where_nobody_says(api: httpx.AsyncClient) -> None:
    rule = {"kind": "every_weeks", "weekday": "friday", "weeks": 2}

    created = await post(api, "/series", {**ONLINE, "recurrence": rule, "from": "2026-05-02"}, 201)

    assert created["recurrence"] == {**rule, "since": "2026-05-02"}
    assert created["meetings"][0]["starts_at"][:10] == "2026-05-08"


async def test_a_preview_shows_twelve_months_and_why_a_day_is_moved_and_plans_nothing(
    api: httpx.AsyncClient, service: Service
) -> None:
    rule = {"weekday": "monday", "nth": 1}

    days = (await post(api, "/series/preview", {**ONLINE, "recurrence": rule, "from": "2026-04-02"}))["days"]

    april, may, *_ = days
    assert [day["occurrence"][:7] for day in days] == [f"2026-{m:02}" for m in range(4, 13)] + [
        f"2027-{m:02}" for m in range(1, 4)
    ]
    assert april == {
        "occurrence": "2026-04-06",
        "outcome": "moved",
        "holiday": "easter_monday",
        "starts_at": "2026-04-13T09:30:00+02:00",
        "ends_at": "2026-04-13T10:30:00+02:00",
    }
    assert (may["occurrence"], may["outcome"], may["holiday"]) == ("2026-05-04", "held", None)
    assert await service.meetings() == []
    assert await get(api, "/series") == {"series": [], "next": None}


async def test_a_preview_shows_what_is_skipped_and_no_day_of_which_the_time_has_passed(api: httpx.AsyncClient) -> None:
    daily = {**ONLINE, "recurrence": {"kind": "every_weekday"}, "until": "2026-04-02"}

    days = (await post(api, "/series/preview", daily))["days"]

    assert days[0]["occurrence"] == "2026-03-03"
    assert days[-1] == {
        "occurrence": "2026-04-02",
        "outcome": "skipped",
        "holiday": "maundy_thursday",
        "starts_at": None,
        "ends_at": None,
    }


async def test_series_are_listed_page_by_page(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_api, "PAGE", 2)
    created = [(await post(api, "/series", ONLINE, 201))["id"] for _ in range(3)]

    first = await get(api, "/series")
    second = await get(api, f"/series?after={first['next']}")

    assert [series["id"] for series in first["series"] + second["series"]] == created
    assert (first["next"], second["next"]) == (created[1], None)


async def test_an_unknown_series_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/series/{uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "to\nlines"}, "title"),
        ({"title": "  "}, "title"),
        ({"recurrence": {"weekday": "torsdag", "nth": 2}}, "recurrence.weekday"),
        ({"recurrence": {"weekday": "thursday", "nth": 6}}, "recurrence.nth"),
        ({"recurrence": {"weekday": "thursday", "nth": 2, "months": [13]}}, "recurrence.months.0"),
        ({"recurrence": {"weekday": "thursday", "nth": 2, "months": []}}, "recurrence.months"),
        ({"starts_at": "9:30"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"from": "2026-02-30"}, "from"),
        ({"until": "2026-03-01"}, "until"),
        ({"mode": "zoom"}, "mode"),
        ({"link": "meet.example"}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": None}, "link"),
        ({"mode": "hybrid", "link": None}, "link"),
        ({"recurrence": {"kind": "yearly"}}, "recurrence"),
        ({"recurrence": {"kind": ["single"]}}, "recurrence"),
        ({"recurrence": {"kind": "every_weeks", "weekday": "monday", "weeks": 0}}, "recurrence.weeks"),
        ({"recurrence": {"kind": "every_weekday", "weekday": "monday"}}, "recurrence.weekday"),
        ({"recurrence": {"kind": "single", "day": "2026-02-29"}}, "recurrence.day"),
        ({"recurrence": {"kind": "single", "day": "2026-03-01"}}, "recurrence.day"),
        ({"recurrence": {"kind": "every_weekday"}, "on_holiday": "move"}, "on_holiday"),
        ({"recurrence": {"weekday": "sunday", "nth": -1}, "starts_at": "02:30"}, "starts_at"),
        ({"address": "to\nlines"}, "address"),
        ({"agenda": "a\x0bline"}, "agenda"),
        ({"agenda": "x" * 4001}, "agenda"),
        ({"on_holiday": "postpone"}, "on_holiday"),
        ({"reminders": [{"before": 0, "unit": "days"}]}, "reminders.0.before"),
        ({"reminders": [{"before": 61, "unit": "days"}]}, "reminders.0"),
        ({"reminders": [{"before": 7, "unit": "weeks"}]}, "reminders.0.unit"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_series_is_refused_by_field(api: httpx.AsyncClient, change: dict[str, Any], field: str) -> None:
    problem = await post(api, "/series", {**ONLINE, **change}, 422)
    previewed = await post(api, "/series/preview", {**ONLINE, **change}, 422)

    assert [fault["field"] for fault in problem["faults"]] == [field]
    assert previewed == problem
    assert await get(api, "/series") == {"series": [], "next": None}


async def test_a_changed_series_is_answered_with_what_became_of_its_meetings(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)
    march, april, may, *others = created["meetings"]
    by_hand = await post(api, f"/meetings/{april['id']}/move", {"minutes": 90})
    rule = {"kind": "nth_weekday", "weekday": "tuesday", "nth": 2, "months": [3, 4, 5, 6, 7]}
    change = {"from": "2026-04-01", "recurrence": rule, "starts_at": "10:00", "agenda": "Velkomst\nJul", "reason": "Ro"}

    answer = await post(api, f"/series/{created['id']}/change", change)
    again = await post(api, f"/series/{created['id']}/change", change)

    assert answer["series"] == await get(api, f"/series/{created['id']}")
    assert answer["series"] == {**_without_meetings(created), **_asked_for(change)}
    assert answer["changed_by_hand"] == [by_hand]
    assert [meeting["id"] for meeting in answer["changed"]] == [may["id"], others[0]["id"], others[1]["id"]]
    assert answer["changed"][0]["starts_at"] == "2026-05-12T10:00:00+02:00"
    assert [meeting["id"] for meeting in answer["cancelled"]] == [meeting["id"] for meeting in others[2:]]
    assert {meeting["reason"] for meeting in answer["cancelled"]} == {"Ro"}
    assert answer["added"] == []
    assert again == {**answer, "changed": [], "cancelled": []}
    assert await get(api, f"/meetings/{march['id']}") == march


async def test_an_ended_series_is_answered_with_what_was_cancelled(api: httpx.AsyncClient) -> None:
    created = await post(api, "/series", ONLINE, 201)
    april = created["meetings"][1]
    by_hand = await post(api, f"/meetings/{april['id']}/move", {"minutes": 90})
    end = {"from": "2026-04-01", "keep_changed_by_hand": True, "reason": "Tak for nu"}

    answer = await post(api, f"/series/{created['id']}/end", end)

    assert answer["series"] == {**_without_meetings(created), "until": "2026-03-31"}
    assert answer["changed_by_hand"] == [by_hand]
    assert [meeting["id"] for meeting in answer["cancelled"]] == [m["id"] for m in created["meetings"][2:]]
    assert {(m["status"], m["reason"], m["sequence"]) for m in answer["cancelled"]} == {("cancelled", "Tak for nu", 1)}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("change", {}, "from"),
        ("change", {"from": "2026-03-01", "minutes": 30}, "from"),
        ("change", {"from": "2027-03-03", "minutes": 30}, "from"),
        ("change", {"from": "2026-04-01", "recurrence": {"weekday": "monday", "nth": 0}}, "recurrence.nth"),
        ("change", {"from": "2026-04-01", "recurrence": {"kind": "every_weekday"}}, "on_holiday"),
        ("change", {"from": "2026-04-01", "link": None}, "link"),
        ("change", {"from": "2026-04-01", "title": "Another"}, "title"),
        ("end", {"from": "2026-03-01"}, "from"),
        ("end", {"from": "2026-04-01", "reason": ""}, "reason"),
    ],
)
async def test_a_wrong_change_or_end_is_refused_by_field(
    api: httpx.AsyncClient, path: str, body: dict[str, Any], field: str
) -> None:
    created = await post(api, "/series", ONLINE, 201)

    problem = await post(api, f"/series/{created['id']}/{path}", body, 422)

    assert [fault["field"] for fault in problem["faults"]] == [field]
    assert await get(api, f"/series/{created['id']}") == _without_meetings(created)


def _without_meetings(created: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in created.items() if name != "meetings"}


def _asked_for(change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name not in ("from", "reason")}
