"""The kinds of e-mail: what each is called, and one sample of it, from the files in its folder."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

from .domain import Email, Kind, Language

TEMPLATES = Path(__file__).parent / "templates"
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)


def name(kind: Kind, language: Language) -> str:
    """Return what people call a kind."""
    called: str = _read(kind, "name")[language]
    return called


def sample(kind: Kind, language: Language) -> Email:
    """Return the sample of a kind; it is for a person and about a meeting where the mails of its kind are."""
    stored = _read(kind, "sample")
    return Email(
        id=1,
        kind=kind,
        topic=stored["topic"],
        language=language,
        person_id=UUID(int=1) if stored.get("person", True) else None,
        meeting_id=UUID(int=2) if "uid" in stored["facts"] else None,
        frame_id=7,
        address="anna@koege.example",
        facts=stored["facts"],
        params=stored["params"],
        method=stored.get("method"),
        sequence=3 if "method" in stored else None,
        message_id=f"<{kind}.5f0c7a52-6f0d-4c56-9c39-6a3b4f1d2e90.3.9f8e7d6c5b4a3f2e@mail.netvaerk.example>",
        date=datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
        attempts=1,
        expires_at=None,
        correlation_id="register/1",
    )


def _read(kind: Kind, file: str) -> Any:
    return json.loads((TEMPLATES / kind / f"{file}.json").read_text())
