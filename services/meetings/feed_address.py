"""The secret address of a person's calendar feed, and the links that subscribe to an address with one tap."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from shared.links import ID_OCTETS, Tokens

from .feed import NAME

GENERATION_OCTETS = 4
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Whose feed it is, and how many times its address was replaced before."""

    person_id: UUID
    generation: int


class FeedAddresses:
    """Signs the addresses of feeds and reads them back, so that none has to be kept before it is replaced."""

    def __init__(self, meetings_url: str, secret: str) -> None:
        self._url = meetings_url.rstrip("/")
        self._tokens = Tokens("feed", secret)

    def token(self, address: FeedAddress) -> str:
        """Return the secret part of an address."""
        return self._tokens.token(address.person_id.bytes + address.generation.to_bytes(GENERATION_OCTETS))

    def read(self, token: str) -> FeedAddress | None:
        """Return what the secret part of an address names, or None where it is not one of ours."""
        said = self._tokens.read(token)
        if said is None or len(said) != ID_OCTETS + GENERATION_OCTETS:
            return None
        return FeedAddress(UUID(bytes=said[:ID_OCTETS]), int.from_bytes(said[ID_OCTETS:]))

    def private(self, address: FeedAddress) -> "Subscription":
        """Return how one subscribes to a person's feed."""
        return self._subscription(self.token(address))

    def public(self) -> "Subscription":
        """Return how one subscribes to the feed of public meetings."""
        return self._subscription(PUBLIC)

    def _subscription(self, name: str) -> "Subscription":
        return Subscription(f"{self._url}/calendar/{name}.ics")


@dataclass(frozen=True, slots=True)
class Subscription:
    """The address of a feed, and what hands it to a calendar program."""

    url: str

    @property
    def apple(self) -> str:
        """For iPhone and Mac, and whatever else has said that it opens such links."""
        return f"webcal://{self.url.partition('://')[2]}"

    @property
    def google(self) -> str:
        """For Google Calendar, which wants to be told that it is a calendar."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.apple, safe='')}"

    @property
    def outlook(self) -> str:
        """For Outlook at work."""
        return f"https://outlook.office.com/calendar/0/addfromweb?{self._for_outlook}"

    @property
    def outlook_at_home(self) -> str:
        """For Outlook.com."""
        return f"https://outlook.live.com/calendar/0/addfromweb?{self._for_outlook}"

    @property
    def _for_outlook(self) -> str:
        return f"url={quote(self.url, safe='')}&name={quote(NAME)}"
