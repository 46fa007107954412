"""What is said of an organisation, each field missing, mistyped, too long, wrongly encoded and against the rules."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from tests.support.builders import Message, joined, updated

from .forms import FORMS, written
from .way import GONE, Broken, Named, changed

ONE_LINE = "one line of visible text"
THREE_DIGITS = "official three digits"
CVR = "eight digits that satisfy the modulus-11 check"
WEBSITE = "a web address such as https://koege.example"

# What is wrong, the field and its value; the code, and what would be right.
FIELDS: tuple[tuple[str, str, Any, str, str], ...] = (
    ("no key", "key", GONE, "missing", "your own identifier"),
    ("key null", "key", None, "not_text", "your own identifier"),
    ("key a number", "key", 142, "not_text", "your own identifier"),
    ("key empty", "key", "", "empty", "your own identifier"),
    ("key of 201 characters", "key", "k" * 201, "too_long", "at most 200 characters"),
    ("key with a blank before it", "key", " koege", "surrounding_blanks", "without blanks around it"),
    ("key with a tabulator", "key", "koe\tge", "forbidden_character", ONE_LINE),
    ("no name", "name", GONE, "missing", "a name, as text"),
    ("name null", "name", None, "not_text", "a name, as text"),
    ("name a fraction", "name", 1.5, "not_text", "a name, as text"),
    ("name a list", "name", ["Køge", "Handel"], "not_text", "a name, as text"),
    ("name in two languages", "name", {"da": "Køge", "en": "Koege"}, "not_text", "a name, as text"),
    ("name empty", "name", "", "empty", "a name, as text"),
    ("name of blanks", "name", "   ", "surrounding_blanks", "without blanks around it"),
    ("name of 201 characters", "name", "ø" * 201, "too_long", "at most 200 characters"),
    ("name of as many octets as there can be", "name", "x" * 65_000, "too_long", "at most 200 characters"),
    ("name on two lines", "name", "Køge\r\nBcc: alle@by.example", "forbidden_character", ONE_LINE),
    ("name on two lines of Unicode", "name", "Køge\u2028Handel", "forbidden_character", ONE_LINE),
    ("name with NUL", "name", "Kø\0ge", "forbidden_character", ONE_LINE),
    ("name with an escape", "name", "Kø\x1b[2Jge", "forbidden_character", ONE_LINE),
    ("name that turns the writing direction", "name", "K\u202eege", "forbidden_character", ONE_LINE),
    ("name with a lost letter", "name", "K\ufffdge", "lost_character", "text in UTF-8"),
    ("no kind", "kind", GONE, "missing", "a kind of organisation"),
    ("kind a number", "kind", 1, "not_text", "a kind of organisation"),
    ("kind that there is not", "kind", "club", "unknown_kind", "association"),
    ("kind in capitals", "kind", "Association", "unknown_kind", "association"),
    ("no town", "town", GONE, "missing", "the name of the town"),
    ("town a list", "town", ["Køge"], "not_text", "the name of the town"),
    ("no municipality", "municipality_code", GONE, "missing", THREE_DIGITS),
    ("municipality a number", "municipality_code", 259, "not_text", THREE_DIGITS),
    ("municipality of two digits", "municipality_code", "25", "pattern", THREE_DIGITS),
    ("municipality of four digits", "municipality_code", "0259", "pattern", THREE_DIGITS),
    ("municipality by its name", "municipality_code", "Køge", "pattern", THREE_DIGITS),
    ("municipality in other digits", "municipality_code", "٢٥٩", "pattern", THREE_DIGITS),
    ("municipality with a line break", "municipality_code", "259\n", "pattern", THREE_DIGITS),
    ("municipality that there is not", "municipality_code", "999", "unknown_municipality", THREE_DIGITS),
    ("region empty", "region", "", "empty", "the name of the region"),
    ("region a number", "region", 1085, "not_text", "the name of the region"),
    ("cvr a number", "cvr", 99120304, "not_text", CVR),
    ("cvr empty", "cvr", "", "cvr", CVR),
    ("cvr of seven digits", "cvr", "1234567", "cvr", CVR),
    ("cvr with blanks", "cvr", "99 12 03 04", "cvr", CVR),
    ("cvr with its country", "cvr", "DK99120304", "cvr", CVR),
    ("cvr against modulus 11", "cvr", "12345678", "cvr", CVR),
    ("cvr in other digits", "cvr", "٩٩١٢٠٣٠٤", "cvr", CVR),
    ("website a truth value", "website", False, "not_text", WEBSITE),
    ("website without scheme", "website", "koege.example", "website", WEBSITE),
    ("website of another scheme", "website", "ftp://koege.example", "website", WEBSITE),
    ("website that is a program", "website", "javascript:alert(1)", "website", WEBSITE),
    ("website without host", "website", "https://", "website", WEBSITE),
    ("website of 2,001 characters", "website", "https://koege.example/" + "x" * 1979, "too_long", "at most 2000"),
    ("website on two lines", "website", "https://koege.example/\r\nX: y", "forbidden_character", ONE_LINE),
)


def broken_organisations() -> Iterator[Broken]:
    """Return each of them, by turns in each form, in a message that one has joined and in one that it was updated."""
    for (way, name, value, code, right), form in zip(FIELDS, cycle(FORMS.values()), strict=False):
        for message in (joined(), updated()):
            organisation = changed(message.data["organisation"], name, value)
            sent = written(Message(message.type, {**message.data, "organisation": organisation}, id=message.id), form)
            yield Broken(way, sent, message.id, (Named(f"data.organisation.{name}", code, right),))
