"""An e-mail as its reader sees it, shown to somebody else: no link in it leads anywhere."""

import re
import secrets
from dataclasses import dataclass

from .calendar_part import CalendarPart, read_calendar
from .domain import Email, Language, Letterhead
from .links import Links
from .reading import Read, read
from .writing.writer import Writer

# Values are escaped: what looks so in a template's output is an attribute.
LEADS = re.compile(r'\shref="[^"]*"')
# What has lost its address is to look as before; what is styled otherwise stays so.
UNDERLINED = "<style>a { text-decoration: underline }</style></head>"


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as it was read back, and what its calendar part says."""

    language: Language
    email: Read
    calendar: CalendarPart | None

    @property
    def html(self) -> str:
        """Its HTML, in which nothing can be followed, and which looks the same."""
        return LEADS.sub("", self.email.html).replace("</head>", UNDERLINED, 1)


class Viewer:
    """Writes e-mails anew for who is not their reader; whatever signs its links opens no page of anybody."""

    def __init__(self, letterhead: Letterhead, *, public_url: str, meetings_url: str) -> None:
        links = Links(
            public_url, secrets.token_urlsafe(32), meetings_url=meetings_url, answer_secret=secrets.token_urlsafe(32)
        )
        self._writer = Writer(letterhead, links, None)

    def show(self, email: Email) -> Shown:
        """Return an e-mail as its reader sees it."""
        shown = read(self._writer.write(email))
        return Shown(email.language, shown, read_calendar(shown.calendar) if shown.calendar else None)
