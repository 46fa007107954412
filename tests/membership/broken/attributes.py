"""Each attribute missing, mistyped, too long, wrongly encoded and against the rules, in every form."""

from collections.abc import Iterator
from typing import Any

from tests.support.builders import contact, joined

from .forms import FORMS, attributes_of, structured
from .way import GONE, Broken, Named, changed

INSTANT = "RFC 3339 with an offset"
TYPES = "one of upstream.organisation_joined.v1"
ONE_LINE = "one line of visible text"

# What is wrong, the attribute and its value; the code, and what would be right.
ATTRIBUTES: tuple[tuple[str, str, Any, str, str], ...] = (
    ("no specversion", "specversion", GONE, "missing", "'1.0'"),
    ("specversion null", "specversion", None, "not_one_of_these", "'1.0'"),
    ("specversion empty", "specversion", "", "not_one_of_these", "'1.0'"),
    ("specversion a number", "specversion", 1.0, "not_one_of_these", "'1.0'"),
    ("specversion of long ago", "specversion", "0.3", "not_one_of_these", "'1.0'"),
    ("no type", "type", GONE, "missing", "ce-type"),
    ("type null", "type", None, "not_text", "the type of the message"),
    ("type empty", "type", "", "unknown_type", TYPES),
    ("type a number", "type", 1, "not_text", "the type of the message"),
    ("type misspelt", "type", "upstream.organisation_joind.v1", "unknown_type", TYPES),
    ("type of another version", "type", "upstream.organisation_joined.v2", "unknown_type", TYPES),
    ("type in capitals", "type", "Upstream.Organisation_Joined.V1", "unknown_type", TYPES),
    ("type of one of our answers", "type", "upstream.message_accepted.v1", "unknown_type", TYPES),
    ("type of one of our events", "type", "membership.member_joined.v1", "unknown_type", TYPES),
    ("type of 9,000 characters", "type", "x" * 9000, "unknown_type", TYPES),
    ("no source", "source", GONE, "missing", "ce-source"),
    ("source null", "source", None, "not_text", "a source that was registered for you"),
    ("source empty", "source", "", "empty", "a source that was registered for you"),
    ("source a truth value", "source", True, "not_text", "a source that was registered for you"),
    ("source of 256 characters", "source", "/" * 256, "too_long", "at most 255 characters"),
    ("source with NUL", "source", "/reg\0ister", "forbidden_character", ONE_LINE),
    ("source with blanks around it", "source", " /register ", "surrounding_blanks", "without blanks around it"),
    ("source with a lost letter", "source", "/k\ufffdge", "lost_character", "text in UTF-8"),
    ("no time", "time", GONE, "missing", "ce-time"),
    ("time null", "time", None, "time", INSTANT),
    ("time empty", "time", "", "time", INSTANT),
    ("time in words", "time", "i går", "time", INSTANT),
    ("time a truth value", "time", True, "time", INSTANT),
    ("time a fraction", "time", 1772438400.5, "time", INSTANT),
    ("time a list", "time", [2026, 3, 2], "time", INSTANT),
    ("time an object", "time", {"year": 2026}, "time", INSTANT),
    ("time a date", "time", "2026-03-02", "time", INSTANT),
    ("time seconds as text", "time", "1772438400", "time", INSTANT),
    ("time without offset", "time", "2026-03-02T08:00:00", "time", INSTANT),
    ("time in an offset of words", "time", "2026-03-02T08:00:00 CET", "time", INSTANT),
    ("time in an offset of 25 hours", "time", "2026-03-02T08:00:00+25:00", "time", INSTANT),
    ("time as in HTTP", "time", "Mon, 02 Mar 2026 08:00:00 GMT", "time", INSTANT),
    ("time as in Denmark", "time", "02.03.2026 08:00", "time", INSTANT),
    ("time in the thirteenth month", "time", "2026-13-02T08:00:00Z", "time", INSTANT),
    ("time on 30 February", "time", "2026-02-30T08:00:00Z", "time", INSTANT),
    ("time before the calendar", "time", "0001-01-01T00:00:00+14:00", "time", INSTANT),
    ("time after the calendar, in milliseconds", "time", 2**62, "time", INSTANT),
    ("time in 2099", "time", "2099-01-01T00:00:00Z", "time_ahead", "by a clock set right"),
    ("time in 2099, in milliseconds", "time", 4070908800000, "time_ahead", "by a clock set right"),
    ("time six minutes ahead", "time", "2026-03-02T20:06:00Z", "time_ahead", "by a clock set right"),
    ("list a number", "snapshot", 7, "not_text", "your own name of the complete list"),
    ("list without name", "snapshot", "", "empty", "your own name of the complete list"),
    ("list of 201 characters", "snapshot", "s" * 201, "too_long", "at most 200 characters"),
    ("list on two lines", "snapshot", "spring\n2026", "forbidden_character", ONE_LINE),
)

NAMES_IT = "text that names this message alone"

# The same of ids, and what the answer calls the message.
IDS: tuple[tuple[str, Any, str, str, str | None], ...] = (
    ("no id", GONE, "missing", "ce-id", None),
    ("id null", None, "not_text", NAMES_IT, None),
    ("id empty", "", "empty", NAMES_IT, None),
    ("id a number", 142, "not_text", NAMES_IT, "142"),
    ("id a fraction", 1.5, "not_text", NAMES_IT, None),
    ("id a truth value", True, "not_text", NAMES_IT, None),
    ("id a list", ["a", "b"], "not_text", NAMES_IT, None),
    ("id an object", {"id": "a"}, "not_text", NAMES_IT, None),
    ("id of 256 characters", "i" * 256, "too_long", "at most 255 characters", "i" * 255),
    ("id of 9,000 characters", "i" * 9000, "too_long", "at most 255 characters", "i" * 255),
    ("id with NUL", "a\0b", "forbidden_character", ONE_LINE, "a\ufffdb"),
    ("id with a line break", "one\r\ntwo", "forbidden_character", ONE_LINE, "one\r\ntwo"),
    ("id that turns the writing direction", "a\u202eb", "forbidden_character", ONE_LINE, "a\u202eb"),
    ("id with a blank after it", "a ", "surrounding_blanks", "without blanks around it", "a "),
    ("id with a lost letter", "k\ufffdge", "lost_character", "text in UTF-8", "k\ufffdge"),
)


def broken_attributes() -> Iterator[Broken]:
    """Return each of them in each form."""
    for way, name, value, code, right in ATTRIBUTES:
        for form in FORMS.values():
            message = joined("koege", contact())
            sent = form(changed(attributes_of(message), name, value), message.data)
            yield Broken(way, sent, message.id, (Named(name, code, right),))
    for way, value, code, right, answered in IDS:
        for form in FORMS.values():
            message = joined("koege", contact())
            sent = form(changed(attributes_of(message), "id", value), message.data)
            yield Broken(way, sent, answered, (Named("id", code, right),))
    message = joined("koege", contact())
    beyond = structured({**attributes_of(message), "time": 10**400}, message.data)
    yield Broken("time beyond all bounds", beyond, message.id, (Named("time", "time", INSTANT),))
