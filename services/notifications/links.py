"""The addresses of pages that mails carry, each with a signed token: nobody signs in to follow them."""

from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from shared.links import ID_OCTETS, AnswerLink, AnswerLinks, SubscriptionLinks, Tokens

from .domain import MutableTopic, Topic


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where one person mutes one topic."""

    person_id: UUID
    topic: Topic


class Links:
    """Makes the addresses of our pages and of those of meetings, and reads the tokens of ours."""

    def __init__(self, public_url: str, secret: str, *, meetings_url: str, answer_secret: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._meetings_url = meetings_url.rstrip("/")
        self._unsubscribing = Tokens("unsubscribe", secret)
        self._answering = AnswerLinks(answer_secret)
        self._subscribing = SubscriptionLinks(answer_secret)

    def answer_url(self, link: AnswerLink) -> str:
        """Return the address of the page where a person answers to a meeting."""
        return f"{self._meetings_url}/answer/{self._answering.token(link)}"

    def subscription_url(self, person_id: UUID) -> str:
        """Return the address of the page where a person has their calendar fetch the meetings."""
        return f"{self._meetings_url}/subscribe/{self._subscribing.token(person_id)}"

    def unsubscribe_url(self, link: Unsubscribe) -> str:
        """Return the address of the page that mutes a topic; a POST to it mutes at once (RFC 8058)."""
        return f"{self._public_url}/unsubscribe/{self.unsubscribe_token(link)}"

    def unsubscribe_token(self, link: Unsubscribe) -> str:
        """Return the signed token of a link."""
        return self._unsubscribing.token(link.person_id.bytes + link.topic.encode())

    def read_unsubscribe(self, token: str) -> Unsubscribe | None:
        """Return what a token is good for, or None when it is not one of ours."""
        said = self._unsubscribing.read(token)
        if said is None:
            return None
        person, topic = said[:ID_OCTETS], said[ID_OCTETS:].decode()
        return next(
            (Unsubscribe(UUID(bytes=person), known) for known in get_args(MutableTopic) if known == topic), None
        )
