"""The folder of e-mails as the page browses it: newest first, by kind, by what a person searches for, by thread."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..latin import in_latin_letters
from .emails import Email, Headline, read_email, read_headline

PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, and how many e-mails of each kind the search found on all its pages."""

    headlines: list[Headline]
    kinds: Counter[str]
    page: int
    pages: int


class EmailFolder:
    """Reads the headers of each e-mail once; new files are seen at the next look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._headlines: dict[str, Headline] = {}

    def search(self, words: str, kind: str, page: int) -> Found:
        """Find e-mails whose reader, address or subject holds the words, of one kind or of all; pages count from 1."""
        matching = [headline for headline in self._newest_first() if _holds(headline, words)]
        chosen = [headline for headline in matching if kind in ("", headline.kind)]
        pages = max(1, -(-len(chosen) // PAGE_LENGTH))
        page = min(max(page, 1), pages)
        shown = chosen[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
        return Found(shown, Counter(headline.kind for headline in matching), page, pages)

    def path_of(self, name: str) -> Path | None:
        """Return the file of an e-mail, or None where there is none of that name."""
        self._look()
        return self._path / f"{name}.eml" if name in self._headlines else None

    def email(self, name: str) -> Email | None:
        """Return an e-mail, or None where there is none of that name."""
        path = self.path_of(name)
        return read_email(path) if path else None

    def thread(self, headline: Headline) -> list[Headline]:
        """List what the same reader got about the same meeting, the oldest first."""
        same = [h for h in self._newest_first() if (h.address, h.thread) == (headline.address, headline.thread)]
        return same[::-1]

    def _newest_first(self) -> list[Headline]:
        self._look()
        return [self._headlines[name] for name in sorted(self._headlines, reverse=True)]

    def _look(self) -> None:
        for path in self._path.glob("*.eml"):
            if path.stem not in self._headlines:
                self._headlines[path.stem] = read_headline(path)


def _holds(headline: Headline, words: str) -> bool:
    text = in_latin_letters(f"{headline.reader} {headline.address} {headline.subject}")
    return all(word in text for word in in_latin_letters(words).split())
