"""The letters that e-mails leave as: messages in their envelopes."""

import traceback
from collections.abc import Sequence

from shared import logs

from ..domain import Email, Outcome
from ..smtp import Letter
from .writer import Writer

log = logs.get(__name__)


async def write_letters(writer: Writer, emails: Sequence[Email]) -> list[Letter | Outcome]:
    """Write e-mails; return what became of one instead where it cannot be written."""
    written = await writer.write_many(emails)
    return [_letter(writer, email, message) for email, message in zip(emails, written, strict=True)]


def _letter(writer: Writer, email: Email, message: bytes | Exception) -> Letter | Outcome:
    if isinstance(message, bytes):
        # As it is in the canonical form of DKIM.
        return Letter(email.id, writer.return_path(email), email.address, message, is_canonical=True)
    # Neither the error's text nor the values around it: they may quote a person.
    where = traceback.extract_tb(message.__traceback__)[-1]
    log.error(
        "an e-mail cannot be written",
        email_id=email.id,
        error=type(message).__name__,
        where=f"{where.filename}:{where.lineno}",
        correlation_id=email.correlation_id,
    )
    return Outcome("refused", f"not written: {type(message).__name__}", fault="ours")
