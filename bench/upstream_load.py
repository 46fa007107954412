"""What the register reports in `throughput`: the lives of many members, interleaved (pure)."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from deploy.local.demo.messages import Message, contact_appointed, organisation_joined
from deploy.local.demo.register import Contact, Member

MESSAGES_A_MEMBER = 5
EVENTS_A_MEMBER = 9
PEOPLE_A_MEMBER = 2
SEED = 1


@dataclass(frozen=True)
class Life:
    """One member, its deputy, and what is told of them later: another name, another contact's name, a deputy's."""

    member: Member
    deputy: Contact
    renamed: Member
    contact_later: Contact
    deputy_later: Contact

    def messages(self, began: datetime) -> list[Message]:
        """List what the register reports of it, in order, a minute apart."""
        since = (began - timedelta(days=300)).date()
        times = [began + timedelta(minutes=minute) for minute in range(MESSAGES_A_MEMBER)]
        joined = organisation_joined(self.member, since, times[0])
        organisation = {**joined.data["organisation"], "name": self.renamed.name}
        return [
            joined,
            Message(f"{self.member.key}-renamed", "organisation_updated", times[1], {"organisation": organisation}),
            contact_appointed(self.member, self.deputy, since, times[2]),
            self._updated(self.contact_later, times[3]),
            self._updated(self.deputy_later, times[4]),
        ]

    def _updated(self, contact: Contact, time: datetime) -> Message:
        data = {"organisation_key": self.member.key, "contact": asdict(contact)}
        return Message(f"{contact.key}-updated", "contact_updated", time, data)


@dataclass(frozen=True)
class Load:
    """The messages in the order in which they are published, and the lives that they tell."""

    messages: list[Message]
    lives: list[Life]

    @property
    def events(self) -> int:
        """How many events follow from them, each of which both hearers take in."""
        return EVENTS_A_MEMBER * len(self.lives)


def load(messages: int) -> Load:
    """Tell the lives of so many members that there are about as many messages; the same each time."""
    lives = [_life(number) for number in range(max(1, messages // MESSAGES_A_MEMBER))]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    waiting = [iter(life.messages(yesterday)) for life in lives]
    turns = [number for number in range(len(lives)) for _ in range(MESSAGES_A_MEMBER)]
    Random(SEED).shuffle(turns)
    return Load([next(waiting[number]) for number in turns], lives)


def _life(number: int) -> Life:
    key = f"town-{number:05d}"
    contact = Contact(f"{key}-contact", f"Søren {number}", f"soeren@{key}.example", "contact", "Citychef", "da")
    deputy = Contact(f"{key}-deputy", f"Mette {number}", f"mette@{key}.example", "deputy", "Aktivitetsleder", "da")
    name = f"Handelsstandsforeningen {number}"
    member = Member(key, name, "association", f"By {number}", "259", "Sjælland", (contact,))
    return Life(
        member=member,
        deputy=deputy,
        renamed=replace(member, name=f"Cityforeningen {number}"),
        contact_later=replace(contact, name=f"Søren Kjær {number}", title="Direktør", language="en"),
        deputy_later=replace(deputy, name=f"Mette Møller {number}"),
    )
