"""The sample of each kind, as it is or with what a test changes, in words and in octets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.notifications import emails, samples
from services.notifications.domain import Email, Kind, Language, Letterhead
from services.notifications.samples import KINDS, LANGUAGES
from services.notifications.wording import one_line
from services.notifications.writing import frames

__all__ = ["KINDS", "LANGUAGES"]

SAMPLES: Mapping[Kind, Email] = {kind: samples.sample(kind, "da") for kind in KINDS}
MEETING_KINDS = tuple(kind for kind in KINDS if SAMPLES[kind].meeting_id)
CALENDAR_KINDS = tuple(kind for kind in KINDS if SAMPLES[kind].method)
SYSTEM_KINDS = tuple(kind for kind in KINDS if not SAMPLES[kind].person_id)

LETTERHEAD = Letterhead("moede@mail.netvaerk.example", "sekretariat@netvaerk.example", "mail.netvaerk.example")
ANSWER = (
    "https://post.netvaerk.example/meetings/answer/pJ8mZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0aW9ucwAfoYx3Qhv1m4vVZ2"
)
SUBSCRIPTION = "https://post.netvaerk.example/meetings/subscribe/AfoYx3Qhv1m4vVZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0"
UNSUBSCRIBE = "https://post.netvaerk.example/unsubscribe/AfoYx3Qhv1m4vVZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0aW9ucw"
PREFERENCES = "https://post.netvaerk.example/preferences/AfoYx3Qhv1m4vVZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0"


def sample(
    kind: Kind,
    language: Language = "da",
    facts: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
) -> Email:
    """Return the sample of a kind, with some of its facts and of its person's values replaced."""
    email = samples.sample(kind, language)
    return replace(email, facts={**email.facts, **(facts or {})}, params={**email.params, **(params or {})})


def addressed(email: Email, address: str) -> Email:
    """Return the same e-mail to another address."""
    return replace(email, address=address)


def content(email: Email) -> emails.Content:
    """Return an e-mail in words."""
    return emails.compose(email, LETTERHEAD, own(email))


def octets(email: Email) -> bytes:
    """Return an e-mail as it goes over the wire, unsigned."""
    return message(email).octets


def message(email: Email) -> frames.Message:
    """Return an e-mail as it is signed."""
    return frames.fill(frames.frame_of(email, LETTERHEAD, own(email)), email, own(email))


def calendar_of(email: Email) -> bytes:
    """Return the calendar part of an e-mail that has one."""
    shared = emails.entry(email, LETTERHEAD)
    assert shared is not None
    return shared + emails.rest_of_entry(email, one_line(email.params["name"]))


def own(email: Email) -> dict[str, str | None]:
    """Return the name and the links of its reader: a person can unsubscribe, and answers where asked to a meeting."""
    asked = email.method == "REQUEST" or email.kind in ("reminder", "offer")
    return {
        "name": one_line(email.params["name"]),
        "answer_url": ANSWER if asked else None,
        "subscription_url": SUBSCRIPTION if email.person_id else None,
        "unsubscribe_url": UNSUBSCRIBE if email.person_id else None,
        "preferences_url": PREFERENCES if email.person_id else None,
    }
