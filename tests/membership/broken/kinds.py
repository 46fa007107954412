"""Each kind of message against the rules of that kind."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

from tests.support.builders import (
    Message,
    appointed,
    contact,
    contact_updated,
    departed,
    joined,
    left,
    snapshot_ended,
    snapshot_started,
    updated,
)

from .forms import FORMS, written
from .way import GONE, Broken, Named, changed

DATE = "a date as YYYY-MM-DD"
ORGANISATION_KEY = "your own identifier of an organisation"
CONTACT_KEY = "your own identifier of a contact"
DESCRIBES_ONE = "a JSON object that describes the contact"
CONTACTS = "a list of JSON objects that each describe a contact"
COUNT = "a whole number of messages, from 0 to 1,000,000"

# What is wrong, the message, the field and its value; the code, and what would be right.
FIELDS: tuple[tuple[str, Message, str, Any, str, str], ...] = (
    ("joining of nothing", joined(), "organisation", GONE, "missing", "describes the organisation"),
    ("joining of an organisation by its key", joined(), "organisation", "koege", "not_an_object", "the organisation"),
    ("joining of a list", joined(), "organisation", [], "not_an_object", "describes the organisation"),
    ("joining on no day", joined(), "since", GONE, "missing", DATE),
    ("joining on a day that is null", joined(), "since", None, "date", DATE),
    ("joining at an instant", joined(), "since", "2026-01-01T00:00:00Z", "date", DATE),
    ("joining after so many seconds", joined(), "since", 1767225600, "date", DATE),
    ("joining after so many seconds, as text", joined(), "since", "1767225600", "date", DATE),
    ("joining on a day as in Denmark", joined(), "since", "01-02-2026", "date", DATE),
    ("joining on 30 February", joined(), "since", "2026-02-30", "date", DATE),
    ("joining on a day of the week", joined(), "since", "2026-W05-6", "date", DATE),
    ("joining in the year 0", joined(), "since", "0000-01-01", "date", DATE),
    ("joining in other digits", joined(), "since", "٢٠٢٦-٠١-٠١", "date", DATE),
    ("contacts missing", joined(), "contacts", GONE, "missing", CONTACTS),
    ("contacts null", joined(), "contacts", None, "not_a_list", CONTACTS),
    ("a contact instead of a list", joined(), "contacts", contact(), "not_a_list", CONTACTS),
    ("101 contacts", joined(), "contacts", [contact(f"a{n}") for n in range(101)], "too_many", "at most 100"),
    ("10,000 contacts that are wrong", joined(), "contacts", [{}] * 10_000, "too_many", "at most 100"),
    ("a contact twice", joined(), "contacts", [contact(), contact()], "key_twice", "each contact once"),
    ("update of nothing", updated(), "organisation", GONE, "missing", "describes the organisation"),
    ("leaving of nobody", left(), "organisation_key", GONE, "missing", ORGANISATION_KEY),
    ("leaving of a number", left(), "organisation_key", 7, "not_text", ORGANISATION_KEY),
    ("leaving on no day", left(), "on", GONE, "missing", DATE),
    ("leaving some day", left(), "on", "soon", "date", DATE),
    ("leaving for a number", left(), "reason", 7, "not_text", "a reason as text"),
    ("leaving for 501 characters", left(), "reason", "r" * 501, "too_long", "at most 500 characters"),
    ("leaving for two lines", left(), "reason", "no\nmoney", "forbidden_character", "one line of visible text"),
    ("appointment of nobody", appointed(contact()), "contact", GONE, "missing", DESCRIBES_ONE),
    ("appointment of a contact by its key", appointed(contact()), "contact", "anna", "not_an_object", DESCRIBES_ONE),
    ("appointment of several", appointed(contact()), "contact", [contact()], "not_an_object", DESCRIBES_ONE),
    ("appointment nowhere", appointed(contact()), "organisation_key", GONE, "missing", ORGANISATION_KEY),
    ("appointment on no day", appointed(contact()), "since", GONE, "missing", DATE),
    ("appointment on a truth value", appointed(contact()), "since", True, "date", DATE),
    ("update of no contact", contact_updated(contact()), "contact", GONE, "missing", DESCRIBES_ONE),
    ("update nowhere", contact_updated(contact()), "organisation_key", None, "not_text", ORGANISATION_KEY),
    ("departure of nobody", departed(), "contact_key", GONE, "missing", CONTACT_KEY),
    ("departure of an object", departed(), "contact_key", {"key": "anna"}, "not_text", CONTACT_KEY),
    ("departure from nowhere", departed(), "organisation_key", GONE, "missing", ORGANISATION_KEY),
    ("departure on no day", departed(), "on", GONE, "missing", DATE),
    ("a list without name", snapshot_started(), "snapshot", GONE, "missing", "your own name of the complete list"),
    ("a list with an empty name", snapshot_started(), "snapshot", "", "empty", "your own name of the complete list"),
    ("the end of no list", snapshot_ended(0), "snapshot", None, "not_text", "your own name of the complete list"),
    ("a list without count", snapshot_ended(0), "messages", GONE, "missing", COUNT),
    ("a count as text", snapshot_ended(0), "messages", "7", "not_a_whole_number", COUNT),
    ("a count that is a fraction", snapshot_ended(0), "messages", 1.5, "not_a_whole_number", COUNT),
    ("a count below nothing", snapshot_ended(0), "messages", -1, "out_of_range", COUNT),
    ("a count beyond all bounds", snapshot_ended(0), "messages", 10**30, "out_of_range", COUNT),
)


def broken_kinds() -> Iterator[Broken]:
    """Return each of them, by turns in each form, and one with all that can be wrong at once."""
    for (way, message, name, value, code, right), form in zip(FIELDS, cycle(FORMS.values()), strict=False):
        sent = written(replace(message, data=changed(message.data, name, value)), form)
        yield Broken(way, sent, message.id, (Named(f"data.{name}", code, right),))
    yield from _many_faults()


def _many_faults() -> Iterator[Broken]:
    for form in FORMS.values():
        people = [contact("anna", email="anna@"), contact("bo", role="king"), "carl"]
        message = replace(joined("koege", cvr="1", town=""), source="")
        message.data.update(since="soon", contacts=people)
        faults = (
            Named("source", "empty", "a source that was registered for you"),
            Named("data.organisation.town", "empty", "the name of the town"),
            Named("data.organisation.cvr", "cvr", "eight digits that satisfy the modulus-11 check"),
            Named("data.since", "date", DATE),
            Named("data.contacts[0].email", "email", "an e-mail address"),
            Named("data.contacts[1].role", "not_one_of_these", "'contact', 'deputy' or 'chair'"),
            Named("data.contacts[2]", "not_an_object", CONTACTS),
        )
        yield Broken("seven faults at once", written(message, form), message.id, faults)
