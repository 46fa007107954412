"""Messages about what we do not know: they wait for it, and are answered once that was in vain."""

from collections.abc import Iterator
from itertools import cycle

from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    left,
    snapshot_ended,
    updated,
)

from .forms import FORMS, written
from .way import Broken, Named

# Organisations that have joined before, each with its contact.
KOEGE, RINGSTED = ("koege", "anna"), ("ringsted", "bo")

NOT_JOINED = Named("data.organisation_key", "organisation_unknown", "an organisation that joined before")
NOT_JOINED_EITHER = Named("data.organisation.key", "organisation_unknown", "an organisation that joined before")
NOT_APPOINTED = Named("data.contact.key", "contact_unknown", "a contact that was appointed before")
INCOMPLETE = Named("data.messages", "snapshot_incomplete", "send what is missing")

MESSAGES: tuple[tuple[str, Message, Named], ...] = (
    ("update of one that never joined", updated("nowhere"), NOT_JOINED_EITHER),
    ("leaving of one that never joined", left("nowhere"), NOT_JOINED),
    ("appointment at one that never joined", appointed(contact(), "nowhere"), NOT_JOINED),
    ("update of a contact at one that never joined", contact_updated(contact(), "nowhere"), NOT_JOINED),
    ("departure from one that never joined", departed("anna", "nowhere"), NOT_JOINED),
    ("key in capitals", left("KOEGE"), NOT_JOINED),
    ("update of a contact that was never appointed", contact_updated(contact("carl"), KOEGE[0]), NOT_APPOINTED),
    ("update of a contact at another one", contact_updated(contact(RINGSTED[1]), KOEGE[0]), NOT_APPOINTED),
    ("end of a list of which nothing came", snapshot_ended(7), INCOMPLETE),
)


def early_messages() -> Iterator[Broken]:
    """Return each of them, by turns in each form."""
    for (way, message, fault), form in zip(MESSAGES, cycle(FORMS.values()), strict=False):
        yield Broken(way, written(message, form), message.id, (fault,))
