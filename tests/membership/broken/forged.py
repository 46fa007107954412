"""Messages that speak for others than their own system."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

from shared.messaging import parked
from tests.support.builders import SOURCE, SYSTEM, appointed, contact, departed, joined, left, updated

from .forms import FORMS, written
from .way import Broken, Named

ERP = "erp"
ERP_SOURCE = "/erp"

# What is wrong, the source that the register gives.
SOURCES = (
    ("source of another system", ERP_SOURCE),
    ("source of our own", "/membership"),
    ("source that nobody registered", "/register2"),
    ("source in capitals", "/REGISTER"),
    ("source with a slash after it", "/register/"),
    ("source below one's own", "/register/koege"),
    ("source above one's own", "/"),
    ("source as a web address", "https://register.example/register"),
    ("source that is a query", "/register?system=register"),
    ("source that looks alike", "/r\u0435gister"),
    ("source by the name of the system", SYSTEM),
    ("source that is an injection", "/register' OR '1'='1"),
)


def forged_messages() -> Iterator[Broken]:
    """Return messages of the register under other sources, and messages of another system under the register's."""
    forms = cycle(FORMS.values())
    for (way, source), form in zip(SOURCES, forms, strict=False):
        message = replace(joined("koege", contact()), source=source)
        yield Broken(way, written(message, form), message.id, (_not_allowed(SOURCE),))
    for message in (joined(), updated(), left(), appointed(contact()), departed()):
        sent = written(message, next(forms), ERP)
        yield Broken(f"another system's {message.type.split('.')[1]}", sent, message.id, (_not_allowed(ERP_SOURCE),))
    message = joined()
    sent = written(message, system=ERP)
    sent = replace(sent, headers={**sent.headers, parked.ORIGIN: f"{SYSTEM}.x"})
    yield Broken(f"the key of another system in {parked.ORIGIN}", sent, message.id, (_not_allowed(ERP_SOURCE),))


def _not_allowed(own: str) -> Named:
    return Named("source", "source_not_allowed", own)
