"""The rules of the open event door once more, by hand and in memory: what `intake` must come to, to the row (pure).

It knows what the register of `load` may say, and no more: an organisation's contacts are its own, each is one person in
one role, whose address nobody else has. Nothing of the service's own rules is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from deploy.local.demo.messages import SOURCE, Message

from .audit import Audit, audit
from .contacts import Contacts
from .rows import DESCRIBED, Position, Row, Rows, at, differs, is_after, made_id, never, position_of, stands


class Said(NamedTuple):
    """An event that follows: its type, and its body but for the correlation id."""

    type: str
    body: Row


@dataclass(frozen=True)
class TakenIn:
    """What became of a message: the rows that are now others, the audit of it, and the events that follow."""

    message: Message
    outcome: str
    organisation_id: str
    organisation_version: int
    rows: Rows
    audit: Audit
    events: list[Said]


class Town:
    """What is known of one organisation: rows as membership's tables have them, by table and key."""

    def __init__(self, key: str) -> None:
        self.rows: Rows = {}
        self._key = key
        self._id = made_id("organisations", key)
        self._events: list[Said] = []
        self._contacts = Contacts(self.rows, key, self._say)

    def apply(self, message: Message) -> TakenIn | None:
        """Take a message in; None: it comes too early, and has changed nothing."""
        before = {key: {**row} for key, row in self.rows.items()}
        self._events = []
        if message.subject != "organisation_joined" and self._organisation is None:
            return None
        accepted = RULES[message.subject](self, message.data, position_of(message))
        if accepted is None:
            return None
        changed = {key: {**row} for key, row in self.rows.items() if before.get(key) != row}
        outcome = "accepted" if accepted else "superseded"
        version = self._known["version"]
        return TakenIn(message, outcome, self._id, version, changed, audit(before, changed), self._events)

    @property
    def _organisation(self) -> Row | None:
        return self.rows.get(("organisations", self._key))

    @property
    def _known(self) -> Row:
        return self.rows["organisations", self._key]

    def _joined(self, data: Row, position: Position) -> bool:
        report = data["organisation"]
        organisation = self.rows.setdefault(
            ("organisations", self._key),
            {"id": self._id, "source": SOURCE, "key": self._key, "ends_on": None, "reason": None, "left_on": None}
            | {name: report.get(name) for name in DESCRIBED}
            | never("described", "joined", "left")
            | {"said": False, "version": 0},
        )
        joins = is_after(position, stands(organisation, "joined"))
        if joins:
            organisation.update(at("joined", position), starts_on=data["since"])
        news = differs(organisation, report)
        described = self._describe(report, position)
        if joins and not described:
            self._say_member()
        appointed = [self._contacts.appoint(contact, data["since"], position) for contact in data["contacts"]]
        lasts = joins and not is_after(stands(organisation, "left"), position)
        return lasts or (described and news) or any(appointed)

    def _updated(self, data: Row, position: Position) -> bool:
        return self._describe(data["organisation"], position)

    def _describe(self, report: Row, position: Position) -> bool:
        organisation = self._known
        if not is_after(position, stands(organisation, "described")):
            return False
        news = differs(organisation, report)
        organisation.update({name: report.get(name) for name in DESCRIBED}, **at("described", position))
        self._say_member(news=news)
        return True

    def _left(self, data: Row, position: Position) -> bool:
        organisation = self._known
        if not is_after(position, stands(organisation, "left")):
            return False
        organisation.update(at("left", position), left_on=data["on"], reason=data["reason"])
        ended = self._contacts.end_older_than(position)
        self._say_member()
        return is_after(position, stands(organisation, "joined")) or ended

    def _say_member(self, *, news: bool = False) -> None:
        """Every day of the load is over: who has left for good is no member any more."""
        organisation = self._known
        gone = is_after(stands(organisation, "left"), stands(organisation, "joined"))
        organisation["ends_on"] = organisation["left_on"] if gone else None
        organisation["version"] += 1
        facts = {
            "organisation": {name: organisation[name] for name in ("id", *DESCRIBED)},
            "version": organisation["version"],
        }
        if not gone and not organisation["said"]:
            self._say("member_joined", facts | {"since": organisation["starts_on"]})
            self._remember("active", organisation["starts_on"], None)
        elif gone and organisation["said"]:
            self._say("member_left", facts | {"on": organisation["ends_on"], "reason": organisation["reason"]})
            self._remember("former", organisation["ends_on"], organisation["reason"])
        elif not gone and news:
            self._say("member_updated", facts)
        organisation["said"] = not gone

    def _remember(self, status: str, since: str, reason: str | None) -> None:
        version = self._known["version"]
        self.rows["member_history", f"{self._key} {version}"] = {
            "organisation_id": self._id,
            "status": status,
            "since": since,
            "reason": reason,
            "version": version,
        }

    def _contact_appointed(self, data: Row, position: Position) -> bool:
        return self._contacts.appoint(data["contact"], data["since"], position)

    def _contact_updated(self, data: Row, position: Position) -> bool | None:
        return self._contacts.update(data["contact"], position)

    def _contact_departed(self, data: Row, position: Position) -> bool:
        return self._contacts.depart(data["contact_key"], data["on"], position)

    def _say(self, subject: str, body: Row) -> None:
        self._events.append(Said(f"membership.{subject}.v1", body))


RULES: dict[str, Callable[[Town, Row, Position], bool | None]] = {
    "organisation_joined": Town._joined,
    "organisation_updated": Town._updated,
    "organisation_left": Town._left,
    "contact_appointed": Town._contact_appointed,
    "contact_updated": Town._contact_updated,
    "contact_departed": Town._contact_departed,
}
