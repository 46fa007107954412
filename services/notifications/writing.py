"""Turns an e-mail of the queue into the octets that leave: composed, in MIME, signed where there is a key."""

from dataclasses import dataclass

from shared.links import AnswerLink

from . import emails, mime
from .dkim import Signer
from .domain import Email, Letterhead
from .links import Links, Unsubscribe


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes e-mails under one letterhead; the same e-mail comes out the same at every attempt."""

    letterhead: Letterhead
    links: Links
    signer: Signer | None

    def write(self, email: Email) -> bytes:
        """Return the whole message."""
        unsubscribe_url = self._unsubscribe_url(email)
        content = emails.compose(
            email,
            self.letterhead,
            unsubscribe_url=unsubscribe_url,
            answer_url=self._answer_url(email),
            subscription_url=self.links.subscription_url(email.person_id) if email.person_id else None,
        )
        message = mime.message(email, content, self.letterhead, unsubscribe_url)
        return self.signer.sign(message, email.date) if self.signer else message

    def _answer_url(self, email: Email) -> str | None:
        """A person answers to a meeting that they are asked to, reminded of, or offered a place at."""
        asked = email.method == "REQUEST" or email.kind in ("reminder", "offer")
        if not asked or email.meeting_id is None or email.person_id is None:
            return None
        return self.links.answer_url(AnswerLink(email.meeting_id, email.person_id))

    def _unsubscribe_url(self, email: Email) -> str | None:
        """Only a person chooses what to get; who looks after another system hears what concerns it."""
        if email.person_id is None:
            return None
        return self.links.unsubscribe_url(Unsubscribe(email.person_id, email.mutes))
