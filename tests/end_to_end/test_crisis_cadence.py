"""Crisis cadence on the 60 towns: what becomes of meetings, invitations and mails, as counted by hand.

The network meets on the second Thursday of each month at 9.30, and asks to it 28 days before: to the meeting of
12 March on 2 March, when all join, and to that of 9 April on 12 March. On Tuesday 10 March at 13 o'clock it turns to
crisis cadence from Wednesday 11 to Tuesday 17 March: every weekday at 8.30, with the monthly meeting paused. All times
are Copenhagen's.
"""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from asyncpg import Record

from services.meetings import storage, use_cases
from services.meetings.answers import Said
from services.meetings.attendance import Entered
from services.meetings.crisis import Crisis
from services.meetings.domain import Meeting
from services.meetings.recurrence import EveryWeekday, EveryWeeks, Rule
from services.meetings.series import Reminder
from shared.clock import COPENHAGEN, local_day
from shared.contracts.membership import Mandate, MandateStarted, MemberJoined, Organisation, Person, PersonUpdated
from shared.database.pool import Database
from tests.meetings.builders import MONDAY_NOON, SINCE, UID_DOMAIN, series
from tests.meetings.conftest import Service as Meetings
from tests.notifications.conftest import Service as Notifications

TOWNS = list(csv.DictReader((Path(__file__).parents[2] / "deploy/local/towns.csv").read_text().splitlines()))
START = date(2026, 3, 10)
LOOKS = [time(0), time(7, 30), time(8, 30), time(9, 30), time(12)]

Row = tuple[str, str, int, int]


@dataclass
class Network:
    """Meetings and notifications with their own databases; what one says the other hears at once, and all is sent."""

    meetings: Meetings
    notifications: Notifications
    series_id: UUID
    organisations: list[UUID]
    people: list[UUID]

    async def go(self, until: datetime) -> None:
        """Let time pass, and the planner look whenever it may find something due."""
        first, last = local_day(self.meetings.now), local_day(until)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        looks = [datetime.combine(day, look, COPENHAGEN).astimezone(UTC) for day in days for look in LOOKS]
        for moment in [*(look for look in looks if self.meetings.now < look < until), until]:
            self.meetings.now = self.notifications.now = moment
            await self.settle()

    async def settle(self) -> None:
        """Let the planner look, and have everything heard and sent."""
        await self.meetings.plan()
        if said := await self.meetings.said():
            await self.notifications.hear(*said)
            await self.notifications.all_sent()

    async def start(self, **changes: Any) -> UUID:
        """Turn to crisis cadence as told above, unless `changes` say otherwise."""
        crisis = Crisis(
            id=uuid4(),
            series_id=self.series_id,
            reason="Butikkerne er lukket.",
            recurrence=EveryWeekday(),
            starts_at=time(8, 30),
            minutes=30,
            link="https://meet.example/crisis",
            reminders=(Reminder(60, "minutes"),),
            pauses=True,
            first_day=date(2026, 3, 11),
            last_day=date(2026, 3, 17),
            state="running",
            version=1,
        )
        crisis = replace(crisis, **changes)
        async with self.meetings.database.transaction() as conn:
            await use_cases.start_crisis(
                conn, crisis, uid_domain=UID_DOMAIN, correlation_id="start", now=self.meetings.now
            )
        await self.settle()
        return crisis.id

    async def extend(self, crisis_id: UUID, until: date) -> None:
        async with self.meetings.database.transaction() as conn:
            await use_cases.extend_crisis(
                conn, crisis_id, until, uid_domain=UID_DOMAIN, correlation_id="extend", now=self.meetings.now
            )
        await self.settle()

    async def end(self, crisis_id: UUID) -> None:
        async with self.meetings.database.transaction() as conn:
            await use_cases.end_crisis(conn, crisis_id, correlation_id="end", now=self.meetings.now)
        await self.settle()

    async def undo(self, crisis_id: UUID) -> None:
        async with self.meetings.database.transaction() as conn:
            await use_cases.undo_crisis(conn, crisis_id, correlation_id="undo", now=self.meetings.now)
        await self.settle()

    async def meeting(self, label: str) -> Meeting:
        """Return the meeting of a label that is not cancelled."""
        (found,) = [
            each for each in await self.meetings.meetings() if label_of(each) == label and each.status != "cancelled"
        ]
        return found

    async def came(self, label: str, organisations: list[UUID]) -> None:
        """Enter who came to a meeting."""
        meeting = await self.meeting(label)
        entered = [Entered(organisation, True) for organisation in organisations]
        async with self.meetings.database.transaction() as conn:
            await use_cases.enter_attendance(conn, meeting.id, entered, who="Test", now=self.meetings.now)

    async def accept(self, label: str, people: list[UUID]) -> None:
        meeting = await self.meeting(label)
        for person in people:
            async with self.meetings.database.transaction() as conn:
                said = Said("accepted", None, None, self.meetings.now)
                await use_cases.give_answer(
                    conn, meeting.id, person, said, correlation_id="answer", now=self.meetings.now
                )
        await self.settle()

    async def table(self, until: str = "9/4 9.30") -> list[Row]:
        """Return each meeting up to and with one: when, its state, how many invitations stand, its SEQUENCE."""
        found = await self.meetings.meetings()
        async with self.meetings.database.connection() as conn:
            standing = await storage.count_standing(conn, [meeting.id for meeting in found])
        rows: list[Row] = [
            (
                label_of(meeting),
                "paused" if meeting.paused_by else meeting.status,
                standing.get(meeting.id, 0),
                meeting.revision.sequence,
            )
            for meeting in found
        ]
        return rows[: 1 + max(number for number, row in enumerate(rows) if row[0] == until)]

    async def mails(self) -> dict[str, dict[str, int]]:
        """Count the mails since the crisis, by day and kind."""
        counted: dict[str, Counter[str]] = {}
        for email in await self.notifications.emails():
            day = local_day(email["date"])
            if day >= START:
                counted.setdefault(f"{day.day}/{day.month}", Counter())[email["kind"]] += 1
        return {day: dict(counts) for day, counts in counted.items()}

    async def most_a_day(self, *, besides: str | None = "9/4 9.30") -> int:
        """Return the most mails about the crisis that anybody got on a day, without those that are excepted.

        Excepted are the calendar mails of start, end and undo, and of the day on which somebody comes; the notice of
        an extension as an urgent change; and the mails of a normal meeting after the crisis.
        """
        emails = await self.notifications.emails()
        came = {email["person_id"]: local_day(email["date"]) for email in emails if email["kind"] == "welcome"}
        normal = {meeting.id for meeting in await self.meetings.meetings() if label_of(meeting) == besides}
        counted: Counter[tuple[UUID, date]] = Counter()
        for email in emails:
            day, kind = local_day(email["date"]), email["kind"]
            is_first = bool(email["method"]) and day == came[email["person_id"]]
            if day < START or kind == "welcome" or email["meeting_id"] in normal or is_first or is_excepted(email):
                continue
            counted[email["person_id"], day] += 1
        return max(counted.values())

    async def calendars(self) -> set[frozenset[str]]:
        """Return what the calendars hold of meetings from 10 March on, each that there is once."""
        held: dict[UUID, dict[UUID, tuple[int, str]]] = {}
        for email in await self.notifications.emails():
            if email["method"]:
                known = held.setdefault(email["person_id"], {})
                sequence, _ = known.get(email["meeting_id"], (-1, ""))
                assert email["sequence"] > sequence
                known[email["meeting_id"]] = (email["sequence"], email["method"])
        labels = {meeting.id: label_of(meeting) for meeting in await self.meetings.meetings()}
        return {
            frozenset(labels[meeting] for meeting, (_, method) in known.items() if method == "REQUEST")
            for known in held.values()
        }


def is_excepted(email: Record) -> bool:
    if email["method"]:
        return local_day(email["date"]) == START or email["correlation_id"] in ("end", "undo")
    return bool(json.loads(email["facts"]).get("said") == "extended")


def label_of(meeting: Meeting) -> str:
    local = meeting.starts_at.astimezone(COPENHAGEN)
    return f"{local.day}/{local.month} {local.hour}.{local:%M}"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment in March."""
    return datetime(2026, 3, day, hour, minute, tzinfo=COPENHAGEN).astimezone(UTC)


def joined(town: dict[str, str], organisation: UUID) -> MemberJoined:
    described = Organisation(
        id=organisation,
        name=f"{town['town']} Handel",
        kind="association",
        town=town["town"],
        municipality_code=town["municipality_code"],
        region=town["region"],
    )
    return MemberJoined(correlation_id="join", organisation=described, since=SINCE, version=1)


def contact(number: int, organisation: UUID, person: UUID) -> tuple[PersonUpdated, MandateStarted]:
    described = Person(id=person, name=f"Kontakt {number}", email=f"kontakt-{number}@by.example", language="da")
    mandate = Mandate(id=uuid4(), organisation_id=organisation, person_id=person, role="contact", starts_on=SINCE)
    return (
        PersonUpdated(correlation_id="person", person=described, version=1),
        MandateStarted(correlation_id="start", mandate=mandate, version=1),
    )


@pytest.fixture
async def network(meetings_database: Database, notifications_database: Database, tmp_path: Path) -> Network:
    """The 60 towns on 10 March at 13 o'clock, each with one contact, who was asked to the meeting of 12 March."""
    made = await network_of(TOWNS, meetings_database, notifications_database, tmp_path)
    assert await made.table() == [("12/3 9.30", "scheduled", 60, 0), ("9/4 9.30", "scheduled", 0, 0)]
    return made


async def network_of(
    towns: Sequence[dict[str, str]], meetings_database: Database, notifications_database: Database, tmp_path: Path
) -> Network:
    monthly = series(horizon_days=28, reminders=(Reminder(1, "days"),))
    organisations, people = [uuid4() for _ in towns], [uuid4() for _ in towns]
    made = Network(
        Meetings(meetings_database),
        Notifications(notifications_database, tmp_path / "journals", now=MONDAY_NOON),
        monthly.id,
        organisations,
        people,
    )
    for number, (town, organisation, person) in enumerate(zip(towns, organisations, people, strict=True)):
        heard = [joined(town, organisation), *contact(number, organisation, person)]
        await made.meetings.hear(*heard)
        await made.notifications.hear(*heard)
    await made.meetings.create(monthly)
    await made.settle()
    made.meetings.now = made.notifications.now = at(10, 13)
    return made


async def test_it_is_started_with_one_notice_and_ends_by_itself_with_a_summary(network: Network) -> None:
    await network.start()

    assert await network.mails() == {"10/3": {"crisis_notice": 60, "cancellation": 60, "invitation": 60}}
    assert await network.table() == [
        ("11/3 8.30", "scheduled", 60, 0),
        ("12/3 8.30", "scheduled", 0, 0),
        ("12/3 9.30", "paused", 0, 1),
        ("13/3 8.30", "scheduled", 0, 0),
        ("16/3 8.30", "scheduled", 0, 0),
        ("17/3 8.30", "scheduled", 0, 0),
        ("9/4 9.30", "scheduled", 0, 0),
    ]
    assert await network.calendars() == {frozenset({"11/3 8.30"})}

    await network.go(at(12, 10))
    newcomer, person = contact(60, network.organisations[0], uuid4())
    await network.meetings.hear(newcomer, person)
    await network.notifications.hear(newcomer, person)
    await network.go(at(16, 12))
    await network.came("11/3 8.30", network.organisations[:30])
    await network.came("16/3 8.30", network.organisations[20:45])
    await network.accept("17/3 8.30", network.people[:10])
    await network.go(at(20, 0))

    assert await network.mails() == {
        "10/3": {"crisis_notice": 60, "cancellation": 60, "invitation": 60},
        "11/3": {"invitation": 60},
        "12/3": {"invitation": 60 + 1, "welcome": 1, "crisis_notice": 1},
        "13/3": {"invitation": 61},
        "16/3": {"invitation": 61},
        "17/3": {"reminder": 51},
        "18/3": {"crisis_summary": 61, "invitation": 61},
    }
    assert await network.table() == [
        ("11/3 8.30", "begun", 60, 0),
        ("12/3 8.30", "begun", 60, 0),
        ("12/3 9.30", "cancelled", 0, 1),
        ("13/3 8.30", "begun", 61, 0),
        ("16/3 8.30", "begun", 61, 0),
        ("17/3 8.30", "begun", 61, 0),
        ("9/4 9.30", "scheduled", 61, 0),
    ]
    assert await network.most_a_day() == 1
    assert await summary(network) == (5, Counter(town["region"] for town in TOWNS[:45]))


async def test_it_is_extended_in_one_act_told_once(network: Network) -> None:
    crisis = await network.start()
    await network.go(at(13, 14))

    await network.extend(crisis, date(2026, 3, 20))
    await network.go(at(24, 0))

    assert await network.mails() == {
        "10/3": {"crisis_notice": 60, "cancellation": 60, "invitation": 60},
        "11/3": {"invitation": 60},
        "12/3": {"invitation": 60},
        "13/3": {"invitation": 60, "crisis_notice": 60},
        "16/3": {"invitation": 60},
        "17/3": {"invitation": 60},
        "18/3": {"invitation": 60},
        "19/3": {"invitation": 60},
        "20/3": {"reminder": 60},
        "21/3": {"crisis_summary": 60, "invitation": 60},
    }
    assert await network.table() == [
        ("11/3 8.30", "begun", 60, 0),
        ("12/3 8.30", "begun", 60, 0),
        ("12/3 9.30", "cancelled", 0, 1),
        *((f"{day}/3 8.30", "begun", 60, 0) for day in (13, 16, 17, 18, 19, 20)),
        ("9/4 9.30", "scheduled", 60, 0),
    ]
    assert await network.most_a_day() == 1
    assert await summary(network) == (8, Counter())


async def test_it_is_ended_early_and_the_normal_rhythm_is_back_at_once(network: Network) -> None:
    crisis = await network.start()
    await network.go(at(11, 12))
    await network.came("11/3 8.30", network.organisations)
    before = await network.meetings.meetings()

    await network.end(crisis)

    assert await network.mails() == {
        "10/3": {"crisis_notice": 60, "cancellation": 60, "invitation": 60},
        "11/3": {"invitation": 60 + 60, "cancellation": 60},
    }
    assert await network.table() == [
        ("11/3 8.30", "begun", 60, 0),
        ("12/3 8.30", "cancelled", 0, 1),
        ("12/3 9.30", "scheduled", 60, 2),
        ("13/3 8.30", "cancelled", 0, 1),
        ("16/3 8.30", "cancelled", 0, 1),
        ("17/3 8.30", "cancelled", 0, 1),
        ("9/4 9.30", "scheduled", 0, 0),
    ]
    assert [(each.id, each.uid) for each in await network.meetings.meetings()] == [
        (each.id, each.uid) for each in before
    ]
    assert await network.calendars() == {frozenset({"11/3 8.30", "12/3 9.30"})}

    await network.go(at(20, 0))

    assert {day: counts for day, counts in (await network.mails()).items() if day not in ("10/3", "11/3")} == {
        "12/3": {"invitation": 60, "crisis_summary": 60}
    }
    assert await network.most_a_day() == 1
    assert await summary(network) == (1, Counter(town["region"] for town in TOWNS))


async def test_it_is_undone_with_one_notice_and_nothing_else_is_ever_sent_of_it(network: Network) -> None:
    crisis = await network.start()
    await network.go(at(10, 14))

    await network.undo(crisis)

    assert await network.mails() == {
        "10/3": {"crisis_notice": 60, "crisis_cancelled": 60, "cancellation": 60 + 60, "invitation": 60 + 60}
    }
    assert await network.table() == [
        ("11/3 8.30", "cancelled", 0, 1),
        ("12/3 8.30", "cancelled", 0, 1),
        ("12/3 9.30", "scheduled", 60, 2),
        ("13/3 8.30", "cancelled", 0, 1),
        ("16/3 8.30", "cancelled", 0, 1),
        ("17/3 8.30", "cancelled", 0, 1),
        ("9/4 9.30", "scheduled", 0, 0),
    ]
    assert await network.calendars() == {frozenset({"12/3 9.30"})}

    await network.go(at(20, 0))

    assert {day: counts for day, counts in (await network.mails()).items() if day != "10/3"} == {
        "11/3": {"reminder": 60},  # of the normal meeting, as its series says
        "12/3": {"invitation": 60},
    }


async def test_meetings_that_stay_are_held_and_no_calendar_is_told_of_them(network: Network) -> None:
    crisis = await network.start(pauses=False)

    assert await network.mails() == {"10/3": {"crisis_notice": 60, "invitation": 60}}
    assert ("12/3 9.30", "scheduled", 60, 0) in await network.table()

    await network.undo(crisis)

    assert await network.mails() == {
        "10/3": {"crisis_notice": 60, "crisis_cancelled": 60, "invitation": 60, "cancellation": 60}
    }
    assert ("12/3 9.30", "scheduled", 60, 0) in await network.table()


@pytest.mark.parametrize("pauses", [True, False])
@pytest.mark.parametrize("rhythm", [EveryWeekday(), EveryWeeks("tuesday", 1, START), EveryWeeks("monday", 2, START)])
async def test_in_any_rhythm_a_day_brings_one_mail_across_summer_time_and_easter(
    meetings_database: Database, notifications_database: Database, tmp_path: Path, rhythm: Rule, *, pauses: bool
) -> None:
    network = await network_of(TOWNS[:2], meetings_database, notifications_database, tmp_path)

    await network.start(
        recurrence=rhythm,
        pauses=pauses,
        last_day=date(2026, 4, 14),
        reminders=(Reminder(1, "days"), Reminder(60, "minutes")),
    )
    await network.go(datetime(2026, 4, 17, tzinfo=UTC))

    kinds = Counter(email["kind"] for email in await network.notifications.emails())
    assert await network.most_a_day(besides=None) == 1
    assert (kinds["crisis_notice"], kinds["crisis_summary"]) == (2, 2)


async def summary(network: Network) -> tuple[int, Counter[str]]:
    """Return how many meetings the summary says were held, and how many organisations came by region."""
    (facts,) = {email["facts"] for email in await network.notifications.emails() if email["kind"] == "crisis_summary"}
    said = json.loads(facts)
    return said["meetings_held"], Counter({one["region"]: len(one["organisations"]) for one in said["regions"]})
