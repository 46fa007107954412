"""Whatever order events come in, however often, and whatever the far server does: each reader ends with the truth."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from services.notifications import use_cases
from services.notifications.domain import Attempt, Email, Outcome, next_attempt
from services.notifications.sending.claims import Claims
from shared.contracts.event import Event
from shared.contracts.meetings import InvitationIssued, InvitationWithdrawn
from shared.messaging.cloudevents import Heard
from tests.notifications.builders import STARTS_AT, MeetingStory, person_updated
from tests.notifications.calendars import Calendars
from tests.notifications.conftest import Service
from tests.notifications.samples import calendar_of

SENDER = "sender-1"
OUTCOMES = [
    Outcome("accepted", "250 fine", may_have_arrived=True),
    Outcome("accepted", "250 fine", may_have_arrived=True),
    Outcome("deferred", "450 not now"),
    Outcome("lost", "closed"),
    Outcome("lost", "closed after the message", may_have_arrived=True),
]
Held = dict[str, dict[str, tuple[datetime, str]]]


class World:
    """What meetings and membership do to a few people and meetings, all of it said in events."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.events: list[Event] = []
        self.addresses = {uuid4(): (f"p{n}@by.example", 1) for n in range(3)}
        self.meetings = {n: MeetingStory(title=f"Møde {n}") for n in range(2)}
        self.cancelled: set[int] = set()
        self.invitations: dict[tuple[int, UUID], tuple[bool, int, int]] = {}
        for person, (address, version) in self.addresses.items():
            self.events.append(person_updated(person, address, version=version))

    def live(self, acts: int) -> None:
        for _ in range(acts):
            self.random.choice([self.invite_or_withdraw, self.invite_or_withdraw, self.move, self.change_address])()
        if self.random.random() < 0.3:
            self.cancel()

    def invite_or_withdraw(self) -> None:
        number, person = self.random.choice(list(self.meetings)), self.random.choice(list(self.addresses))
        standing, sequence, version = self.invitations.get((number, person), (False, -1, 0))
        story = self.meetings[number]
        sequence = max(sequence + 1, story.sequence)
        event: type[InvitationIssued | InvitationWithdrawn] = InvitationWithdrawn if standing else InvitationIssued
        said = story.issued(person, sequence=sequence, version=version + 1)
        self.events.append(event.model_validate(said.model_dump()))
        self.invitations[number, person] = (not standing, sequence, version + 1)

    def move(self) -> None:
        number = self.random.choice(list(self.meetings))
        highest = max([s for (n, _), (_, s, _) in self.invitations.items() if n == number], default=0)
        starts_at = STARTS_AT + timedelta(days=self.random.randint(1, 60))
        story = self.meetings[number]
        story = story.moved(starts_at, sequence=max(highest, story.sequence) + 1)
        self.meetings[number] = replace(story, place=self.random.choice([None, "Torvet 1", "Havnen 2"]))
        self.events.append(self.meetings[number].rescheduled())
        self._revise(number)

    def change_address(self) -> None:
        person = self.random.choice(list(self.addresses))
        _, version = self.addresses[person]
        address = f"{self.random.choice(['a', 'b', 'c'])}-{list(self.addresses).index(person)}@by.example"
        self.addresses[person] = (address, version + 1)
        self.events.append(person_updated(person, address, version=version + 1))

    def cancel(self) -> None:
        highest = max([s for (n, _), (_, s, _) in self.invitations.items() if n == 0], default=0)
        story = replace(self.meetings[0], sequence=max(highest, self.meetings[0].sequence))
        self.events.append(story.cancelled("Værten er syg"))
        self.cancelled.add(0)

    def expected(self) -> Held:
        held: Held = {}
        for (number, person), (standing, _, _) in self.invitations.items():
            if standing and number not in self.cancelled:
                story = self.meetings[number]
                where = story.place or "https://moede.example/netvaerk"
                held.setdefault(self.addresses[person][0], {})[story.uid] = (story.starts_at, where)
        return held

    def _revise(self, number: int) -> None:
        """As meetings does: a standing invitation takes its meeting's revision."""
        for key, (standing, _, version) in self.invitations.items():
            if key[0] == number and standing:
                self.invitations[key] = (standing, self.meetings[number].sequence, version + 1)


class Post:
    """A sender and a far server that does whatever it likes; what arrives goes into readers' calendars."""

    def __init__(self, service: Service, random: Random) -> None:
        self.service = service
        self.random = random
        self.claims = Claims(service.database, SENDER, service.clock)
        self.calendars = Calendars()
        self.arrived: list[Email] = []

    async def send(self, outcomes: Sequence[Outcome]) -> bool:
        """Hand over what is due; return whether there was anything."""
        emails = await self.claims.take(self.random.randint(1, 5))
        for email in emails:
            outcome = self.random.choice(outcomes)
            if outcome.result == "accepted" or (outcome.may_have_arrived and self.random.random() < 0.5):
                self._arrive(email)
            again_at = next_attempt(email, outcome, self.service.now, 0)
            async with self.service.database.transaction() as conn:
                await use_cases.record(conn, SENDER, [Attempt(email, self.service.now, outcome, again_at)])
        return bool(emails)

    async def send_all(self) -> None:
        """Hand over everything to a server that is well again."""
        while await self.send(OUTCOMES[:1]) or await self._anything_waits():
            self.service.later(timedelta(hours=2))

    def _arrive(self, email: Email) -> None:
        self.arrived.append(email)
        self.calendars.receive(email.address, calendar_of(email))

    async def _anything_waits(self) -> bool:
        return any(state in ("queued", "sending") for _, state in await self.service.fates())


@pytest.mark.parametrize("seed", range(16))
async def test_every_reader_ends_with_the_same_calendar(service: Service, seed: int) -> None:
    random = Random(seed)
    world, post = World(random), Post(service, random)
    world.live(acts=18)
    heard = [Heard("/test", str(number), event) for number, event in enumerate(world.events)] * 2
    if seed % 2:
        random.shuffle(heard)

    while heard:
        size = random.randint(1, 6)
        await service.hear_group(heard[:size])
        heard = heard[size:]
        if random.random() < 0.6:
            await post.send(OUTCOMES)
            service.later(timedelta(minutes=random.randint(0, 10)))
    await post.send_all()

    assert post.calendars.held() == world.expected()


@pytest.mark.parametrize("seed", range(4))
async def test_sequence_only_rises_for_a_reader(service: Service, seed: int) -> None:
    random = Random(seed)
    world, post = World(random), Post(service, random)
    world.live(acts=30)

    for event in world.events:
        await service.hear(event)
        await post.send(OUTCOMES)
        service.later(timedelta(minutes=3))
    await post.send_all()

    newest: dict[tuple[str, str], int] = {}
    for email in {email.message_id: email for email in reversed(post.arrived)}.values():
        newest.setdefault((email.address, email.facts["uid"]), 0)
    seen: dict[tuple[str, str], dict[str, int]] = {key: {} for key in newest}
    for email in post.arrived:
        assert email.sequence is not None
        mails = seen[email.address, email.facts["uid"]]
        if email.message_id not in mails:
            assert all(email.sequence > sequence for sequence in mails.values())
        mails[email.message_id] = email.sequence
