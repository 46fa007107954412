"""Which messages in quarantine somebody looks at, as it stands in an address or a form (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlencode

from .quarantine import OPEN, STATES, Selection
from .wording import AGES


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked at; an empty text means all. `fault` is its code and its field with a blank between."""

    state: str = "open"
    system: str = ""
    fault: str = ""
    age: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Self:
        """Read a filter; what we do not know is as if it were not there."""
        state, age = given.get("state", ""), given.get("age", "")
        return cls(
            state=state if state in STATES else "open",
            system=_storable(given.get("system", "")),
            fault=_storable(given.get("fault", "")),
            age=age if age in AGES else "",
        )

    def selection(self, now: datetime) -> Selection:
        """Return which messages are meant."""
        code, _, field = self.fault.partition(" ")
        return Selection(
            states=[state for state in STATES if state == self.state] or OPEN,
            system=self.system or None,
            field=field or None,
            code=code or None,
            received_before=now - AGES[self.age][0] if self.age else None,
        )

    def query(self, **changes: str | int) -> str:
        """Return the filter as it stands in an address, with some changes."""
        given = {"state": self.state, "system": self.system, "fault": self.fault, "age": self.age, **changes}
        return urlencode({name: value for name, value in given.items() if value not in ("", "open")})


def _storable(text: str) -> str:
    """No text in the database holds NUL, and asking for it is an error there."""
    return text.replace("\0", "\ufffd")
