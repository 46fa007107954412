"""The page that tells people of other systems what the open event door is, and leads to its contract."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .messages import answers, reports

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def public_page() -> str:
    """Write the page."""
    return templates.get_template("door.html").render(reports=reports(), answers=answers())
