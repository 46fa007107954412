"""Messages that nobody should send, by theme: what is wrong with each, and what its system is to be told."""

from tests.support.builders import SYSTEM

from .attributes import broken_attributes
from .bodies import broken_bodies
from .contacts import broken_contacts
from .content_types import broken_content_types
from .early import KOEGE, RINGSTED, early_messages
from .forged import ERP, ERP_SOURCE, forged_messages
from .forms import FORMS, written
from .headers import broken_headers
from .kinds import broken_kinds
from .organisations import broken_organisations
from .way import Broken

BROKEN: tuple[Broken, ...] = (
    *broken_attributes(),
    *broken_headers(),
    *broken_content_types(),
    *broken_bodies(),
    *broken_organisations(),
    *broken_contacts(),
    *broken_kinds(),
    *forged_messages(),
)
OF_ERP = tuple(broken for broken in BROKEN if broken.sent.system == ERP)
OF_REGISTER = tuple(broken for broken in BROKEN if broken.sent.system == SYSTEM)
EARLY: tuple[Broken, ...] = tuple(early_messages())

__all__ = [
    "BROKEN",
    "EARLY",
    "ERP",
    "ERP_SOURCE",
    "FORMS",
    "KOEGE",
    "OF_ERP",
    "OF_REGISTER",
    "RINGSTED",
    "Broken",
    "written",
]
