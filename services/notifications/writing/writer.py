"""Turns an e-mail of the queue into the octets that leave: filled in to its frame, signed where there is a key."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.links import AnswerLink

from ..domain import Email, Letterhead
from ..links import Links, Unsubscribe
from ..wording import one_line
from . import frames
from .dkim import Signer
from .frames import Frame

MOST_FRAMES = 200
AT_A_STRETCH_SECONDS = 0.003


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes e-mails under one letterhead; the same e-mail comes out the same at every attempt."""

    letterhead: Letterhead
    links: Links
    signer: Signer | None
    _frames: dict[Hashable, Frame] = field(default_factory=dict, init=False, repr=False)

    def write(self, email: Email) -> bytes:
        """Return the whole message."""
        own = self._own(email)
        message = frames.fill(self._frame(email, own), email, own)
        if self.signer is None:
            return message.octets
        return self.signer.signature(message.signable, email.date) + message.octets

    async def write_many(self, emails: Sequence[Email]) -> list[bytes | Exception]:
        """Return the message of each e-mail, or why it cannot be written; every few milliseconds others are served."""
        clock = asyncio.get_running_loop().time
        written, since = [], clock()
        for email in emails:
            written.append(self._or_why_not(email))
            if clock() - since > AT_A_STRETCH_SECONDS:
                await asyncio.sleep(0)
                since = clock()
        return written

    def return_path(self, email: Email) -> str:
        """Return the sender of its envelope, where a bounce of it goes; no other e-mail has the same.

        There is none for an e-mail about e-mails: none may come of it.
        """
        if email.kind == "unreachable":
            return ""
        return self.links.return_path(email.id, self.letterhead.mail_domain)

    def _or_why_not(self, email: Email) -> bytes | Exception:
        try:
            return self.write(email)
        except Exception as why:
            return why

    def _own(self, email: Email) -> dict[str, str | None]:
        """Return what is its reader's alone. Who looks after another system is no person, and chooses nothing."""
        person_id = email.person_id
        return {
            "name": one_line(email.params["name"]),
            "answer_url": self._answer_url(email),
            "subscription_url": self.links.subscription_url(person_id) if person_id else None,
            "unsubscribe_url": self.links.unsubscribe_url(Unsubscribe(person_id, email.mutes)) if person_id else None,
            "preferences_url": self.links.preferences_url(person_id) if person_id else None,
        }

    def _answer_url(self, email: Email) -> str | None:
        """A person answers to a meeting that they are asked to, reminded of, or offered a place at."""
        asked = email.method == "REQUEST" or email.kind in ("reminder", "offer")
        if not asked or email.meeting_id is None or email.person_id is None:
            return None
        return self.links.answer_url(AnswerLink(email.meeting_id, email.person_id))

    def _frame(self, email: Email, own: Mapping[str, str | None]) -> Frame:
        """Return the frame of an e-mail, which is kept for the next: most of them come many in a row."""
        key = frames.shared_by(email, own)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = frames.frame_of(email, self.letterhead, own)
        if len(self._frames) > MOST_FRAMES:
            del self._frames[next(iter(self._frames))]
        return frame
