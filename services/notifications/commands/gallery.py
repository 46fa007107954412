"""Every kind of e-mail beside the others, in both languages, written to files: for who changes how they look."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain import Kind, Language, Letterhead
from ..emails import templates
from ..links import Links
from ..reading import Read, read
from ..samples import KINDS, LANGUAGES, name, sample
from ..writing.writer import Writer

if TYPE_CHECKING:
    from shared.cli import Commands

WIDTHS = (360, 700)
SCHEMES = ("light", "dark")
WRITER = Writer(
    Letterhead("moede@mail.netvaerk.example", "sekretariat@netvaerk.example", "mail.netvaerk.example"),
    # What these links are signed with opens no page anywhere.
    Links(
        "https://post.netvaerk.example",
        "signs the links of samples alone",
        meetings_url="https://post.netvaerk.example/meetings",
        answer_secret="signs the links of samples alone",  # noqa: S106
    ),
    signer=None,
)


def add_gallery(commands: "Commands") -> None:
    """Add `gallery DIR`."""
    parser = commands.add_parser("gallery", help="write a sample of every e-mail, and index.html that shows them all")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    try:
        sys.stdout.write(f"{write_gallery(args.folder)}\n")
    except OSError as why:
        raise SystemExit(f"{why.filename}: cannot be written ({why.strerror})") from None


def write_gallery(folder: Path) -> Path:
    """Write each sample as .eml, .txt, .html and .ics, and the page that shows them all; returns where that is."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {(kind, language): _written(folder, kind, language) for kind in KINDS for language in LANGUAGES}
    index = folder / "index.html"
    index.write_text(_page(shown))
    return index


def _written(folder: Path, kind: Kind, language: Language) -> Read:
    octets = WRITER.write(sample(kind, language))
    email = read(octets)
    file = folder / f"{kind}.{language}"
    file.with_name(f"{file.name}.eml").write_bytes(octets)
    for ending, part in (("txt", email.text), ("html", email.html), ("ics", email.calendar)):
        if part is not None:
            file.with_name(f"{file.name}.{ending}").write_text(part)
    return email


def _page(shown: Mapping[tuple[Kind, Language], Read]) -> str:
    template = templates.get_template("gallery/index.html")
    return template.render(kinds=KINDS, languages=LANGUAGES, name=name, shown=shown, widths=WIDTHS, schemes=SCHEMES)
