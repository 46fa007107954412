"""The addresses of pages that mails carry, each with a signed token: nobody signs in to follow them."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.notifications import MutableTopic
from shared.links import ID_OCTETS, AnswerLink, AnswerLinks, SubscriptionLinks, Tokens

from .bounces import BounceTokens
from .domain import MUTABLE_TOPICS


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where one person mutes one topic."""

    person_id: UUID
    topic: MutableTopic


class Links:
    """Makes the addresses of our pages and of those of meetings, and reads the tokens of ours."""

    def __init__(self, public_url: str, secret: str, *, meetings_url: str, answer_secret: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._meetings_url = meetings_url.rstrip("/")
        self._unsubscribing = Tokens("unsubscribe", secret)
        self._choosing = Tokens("preferences", secret)
        self._bounces = BounceTokens(secret)
        self._answering = AnswerLinks(answer_secret)
        self._subscribing = SubscriptionLinks(answer_secret)

    def answer_url(self, link: AnswerLink) -> str:
        """Return the address of the page where a person answers to a meeting."""
        return f"{self._meetings_url}/answer/{self._answering.token(link)}"

    def subscription_url(self, person_id: UUID) -> str:
        """Return the address of the page where a person has their calendar fetch the meetings."""
        return f"{self._meetings_url}/subscribe/{self._subscribing.token(person_id)}"

    def return_path(self, email_id: int, mail_domain: str) -> str:
        """Return the address that an e-mail's bounce goes to, which is this e-mail's alone (VERP)."""
        return f"b+{self._bounces.token(email_id)}@{mail_domain}"

    def preferences_url(self, person_id: UUID) -> str:
        """Return the address of the page where a person chooses what to get, and in which language."""
        return f"{self._public_url}/preferences/{self.preferences_token(person_id)}"

    def preferences_token(self, person_id: UUID) -> str:
        """Return the signed token of a person's page."""
        return self._choosing.token(person_id.bytes)

    def read_preferences(self, token: str) -> UUID | None:
        """Return whose page a token is good for, or None when it is not one of ours."""
        said = self._choosing.read(token)
        return UUID(bytes=said) if said is not None and len(said) == ID_OCTETS else None

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
        return next((Unsubscribe(UUID(bytes=person), known) for known in MUTABLE_TOPICS if known == topic), None)
