"""Which e-mails somebody looks at, as it stands in an address or a form. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self, get_args
from urllib.parse import urlencode
from uuid import UUID

from .domain import Kind, State
from .fates import Selection

LONGEST_REPLY = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked at; an empty text means all. Nobody is named in an address: people stand there by their ids."""

    state: str = ""
    kind: str = ""
    organisation: str = ""
    meeting: str = ""
    person: str = ""
    reply: str = ""
    act: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Read a filter; what we do not know is as if it were not there."""
        return cls(
            state=_one_of(get_args(State), given.get("state")),
            kind=_one_of(get_args(Kind), given.get("kind")),
            organisation=_id(given.get("organisation")),
            meeting=_id(given.get("meeting")),
            person=_id(given.get("person")),
            reply=given.get("reply", "").replace("\0", "").strip()[:LONGEST_REPLY],
            act=_id(given.get("act")),
        )

    def selection(self) -> Selection:
        """Return which e-mails are meant."""
        return Selection(
            state=next((known for known in get_args(State) if known == self.state), None),
            kind=next((known for known in get_args(Kind) if known == self.kind), None),
            organisation_id=UUID(self.organisation) if self.organisation else None,
            meeting_id=UUID(self.meeting) if self.meeting else None,
            person_id=UUID(self.person) if self.person else None,
            reply=self.reply or None,
            act=UUID(self.act) if self.act else None,
        )

    def query(self, **changes: str) -> str:
        """Return the filter as it stands in an address, with some changes."""
        return urlencode({name: value for name, value in {**asdict(self), **changes}.items() if value})


def _one_of(known: tuple[str, ...], given: str | None) -> str:
    return given if given in known else ""


def _id(given: str | None) -> str:
    try:
        return str(UUID(given)) if given else ""
    except ValueError:
        return ""
