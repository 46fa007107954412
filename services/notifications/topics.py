"""What people may choose to get, in words."""

from collections.abc import Mapping

from .domain import Language, Topic

TOPIC_NAMES: Mapping[Language, Mapping[Topic, str]] = {
    "da": {
        "invitations": "indkaldelser",
        "changes": "ændringer og aflysninger",
        "reminders": "påmindelser",
        "crisis": "kriser",
        "minutes": "referater",
        "news": "nyheder",
        "digest": "overblik",
        "account": "din plads i netværket",
    },
    "en": {
        "invitations": "invitations",
        "changes": "changes and cancellations",
        "reminders": "reminders",
        "crisis": "crises",
        "minutes": "minutes",
        "news": "news",
        "digest": "digests",
        "account": "your place in the network",
    },
}

# Topics of which there is no kind of e-mail yet.
UNSENT_TOPICS: frozenset[Topic] = frozenset(("minutes", "news", "digest"))
