"""One sample e-mail of each kind, from the file beside its templates."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

from services.notifications import emails, mime
from services.notifications.domain import Email, Kind, Language, Letterhead

TEMPLATES = Path(emails.__file__).parent / "templates"
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
MEETING_KINDS: tuple[Kind, ...] = (
    "invitation",
    "update",
    "cancellation",
    "reminder",
    "offer",
    "confirmation",
    "host_asked",
)
CALENDAR_KINDS: tuple[Kind, ...] = ("invitation", "update", "cancellation", "confirmation")
SYSTEM_KINDS: tuple[Kind, ...] = ("silence", "flood")

LETTERHEAD = Letterhead("moede@mail.netvaerk.example", "sekretariat@netvaerk.example", "mail.netvaerk.example")
ANSWER = (
    "https://post.netvaerk.example/meetings/answer/pJ8mZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0aW9ucwAfoYx3Qhv1m4vVZ2"
)
SUBSCRIPTION = "https://post.netvaerk.example/meetings/subscribe/AfoYx3Qhv1m4vVZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0"
UNSUBSCRIBE = "https://post.netvaerk.example/unsubscribe/AfoYx3Qhv1m4vVZ2H2d0pC8Q2pZk8l6H1nJmYcXbGZxpbnZpdGF0aW9ucw"


def sample(
    kind: Kind,
    language: Language = "da",
    facts: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
) -> Email:
    """Return the sample of a kind, with some of its facts and of its person's values replaced."""
    stored = json.loads((TEMPLATES / kind / "sample.json").read_text())
    return Email(
        id=1,
        kind=kind,
        topic=stored.get("topic", "invitations"),
        language=language,
        person_id=None if kind in SYSTEM_KINDS else UUID(int=1),
        meeting_id=UUID(int=2) if kind in MEETING_KINDS else None,
        frame_id=7,
        address="anna@koege.example",
        facts={**stored["facts"], **(facts or {})},
        params={**stored["params"], **(params or {})},
        method=stored.get("method"),
        sequence=3 if "method" in stored else None,
        message_id=f"<{kind}.5f0c7a52-6f0d-4c56-9c39-6a3b4f1d2e90.3.9f8e7d6c5b4a3f2e@mail.netvaerk.example>",
        date=datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
        attempts=1,
        expires_at=None,
        correlation_id="register/1",
    )


def addressed(email: Email, address: str) -> Email:
    """Return the same e-mail to another address."""
    return replace(email, address=address)


def content(email: Email) -> emails.Content:
    """Return an e-mail in words."""
    return emails.compose(
        email,
        LETTERHEAD,
        unsubscribe_url=unsubscribe_url(email),
        answer_url=answer_url(email),
        subscription_url=SUBSCRIPTION if email.person_id else None,
    )


def octets(email: Email) -> bytes:
    """Return an e-mail as it goes over the wire."""
    return mime.message(email, content(email), LETTERHEAD, unsubscribe_url(email))


def unsubscribe_url(email: Email) -> str | None:
    """Return where its reader unsubscribes, who is then a person."""
    return UNSUBSCRIBE if email.person_id else None


def answer_url(email: Email) -> str | None:
    """Return where its reader answers, who is then asked to a meeting."""
    return ANSWER if email.method == "REQUEST" or email.kind in ("reminder", "offer") else None
