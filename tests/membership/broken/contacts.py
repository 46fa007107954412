"""What is said of a contact, each field missing, mistyped, too long, wrongly encoded and against the rules."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from tests.support.builders import appointed, contact, contact_updated, joined

from .forms import FORMS, written
from .way import GONE, Broken, Named, changed

ADDRESS = "an e-mail address such as anna@koege.example"
ONE_LINE = "one line of visible text"
ROLES = "'contact', 'deputy' or 'chair'"

# What is wrong, the field and its value; the code, and what would be right.
FIELDS: tuple[tuple[str, str, Any, str, str], ...] = (
    ("contact without key", "key", GONE, "missing", "your own identifier"),
    ("contact's key a number", "key", 1187, "not_text", "your own identifier"),
    ("contact without name", "name", GONE, "missing", "a name, as text"),
    ("contact's name in parts", "name", {"first": "Anna"}, "not_text", "a name, as text"),
    ("contact's name with a bell", "name", "Anna\a", "forbidden_character", ONE_LINE),
    ("contact without address", "email", GONE, "missing", ADDRESS),
    ("address null", "email", None, "not_text", ADDRESS),
    ("address empty", "email", "", "email", ADDRESS),
    ("addresses as a list", "email", ["anna@koege.example"], "not_text", ADDRESS),
    ("two addresses in one", "email", "anna@koege.example, bo@koege.example", "email", ADDRESS),
    ("address without domain", "email", "anna", "email", ADDRESS),
    ("address with nothing after the @", "email", "anna@", "email", ADDRESS),
    ("address with nothing before the @", "email", "@koege.example", "email", ADDRESS),
    ("address in a domain of one word", "email", "anna@localhost", "email", ADDRESS),
    ("address at a number", "email", "anna@[127.0.0.1]", "email", ADDRESS),
    ("address with two periods", "email", "anna@koege..example", "email", ADDRESS),
    ("address with its name", "email", "Anna <anna@koege.example>", "email", ADDRESS),
    ("address as a link", "email", "mailto:anna@koege.example", "email", ADDRESS),
    ("address with æ before the @", "email", "sæl@by.example", "email", ADDRESS),
    ("address with a blank before it", "email", " anna@koege.example", "email", ADDRESS),
    ("address on two lines", "email", "anna@koege.example\r\nBcc: alle@by.example", "email", ADDRESS),
    ("address with NUL", "email", "anna\0@koege.example", "email", ADDRESS),
    ("address with a lost letter", "email", "anna@k\ufffdge.example", "email", ADDRESS),
    ("address with 65 characters before the @", "email", "a" * 65 + "@koege.example", "email", ADDRESS),
    ("address of 255 characters", "email", "a@" + "b" * 245 + ".example", "too_long", "at most 254 characters"),
    ("phone a number", "phone", 4500001187, "not_text", "a telephone number as text"),
    ("phone empty", "phone", "", "empty", "a telephone number as text"),
    ("phone of 41 characters", "phone", "0" * 41, "too_long", "at most 40 characters"),
    ("phone on two lines", "phone", "0000\n1187", "forbidden_character", ONE_LINE),
    ("title a number", "title", 1, "not_text", "what the person is called there"),
    ("title of 201 characters", "title", "t" * 201, "too_long", "at most 200 characters"),
    ("contact without role", "role", GONE, "missing", ROLES),
    ("role null", "role", None, "not_one_of_these", ROLES),
    ("role that there is not", "role", "king", "not_one_of_these", ROLES),
    ("role in Danish", "role", "formand", "not_one_of_these", ROLES),
    ("roles as a list", "role", ["contact", "chair"], "not_one_of_these", ROLES),
    ("language null", "language", None, "not_one_of_these", "'da' or 'en'"),
    ("language that there is not", "language", "sv", "not_one_of_these", "'da' or 'en'"),
    ("language with its country", "language", "da-DK", "not_one_of_these", "'da' or 'en'"),
)


def broken_contacts() -> Iterator[Broken]:
    """Return each of them, by turns in each form and in each message that describes a contact."""
    kinds = cycle(("joined", "appointed", "updated"))
    for (way, name, value, code, right), kind, form in zip(FIELDS, kinds, cycle(FORMS.values()), strict=False):
        person = changed(contact("bo"), name, value)
        match kind:
            case "joined":
                message, where = joined("koege", contact("anna"), person), "data.contacts[1]"
            case "appointed":
                message, where = appointed(person), "data.contact"
            case _:
                message, where = contact_updated(person), "data.contact"
        yield Broken(way, written(message, form), message.id, (Named(f"{where}.{name}", code, right),))
