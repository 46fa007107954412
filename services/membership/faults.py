"""Says in words what is wrong with a message: the field's path, why, and what would be right (pure)."""

from collections.abc import Mapping, Sequence, Sized
from datetime import datetime
from numbers import Number

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.contracts.upstream import A_CVR, A_DATE, A_WEB_ADDRESS, AN_ADDRESS, Fault

AN_INSTANT = "RFC 3339 with an offset, such as 2026-01-31T09:30:00Z"

# What would be right, by the last name in a field's path.
RIGHT = {
    "specversion": "'1.0' (in binary mode the header ce-specversion)",
    "type": "the type of the message (in binary mode the header ce-type)",
    "source": "a source that was registered for you (in binary mode the header ce-source)",
    "id": "text that names this message alone (in binary mode the header ce-id)",
    "time": f"{AN_INSTANT} (in binary mode the header ce-time)",
    "datacontenttype": "application/json",
    "snapshot": "your own name of the complete list, as text",
    "data": "a JSON object",
    "organisation": "a JSON object that describes the organisation",
    "organisation_key": "your own identifier of an organisation that joined before, as text",
    "contacts": "a list of JSON objects that each describe a contact, or [] for nobody",
    "contact": "a JSON object that describes the contact",
    "contact_key": "your own identifier of a contact that was appointed before, as text",
    "key": "your own identifier, as text",
    "name": "a name, as text",
    "kind": "a kind of organisation, such as 'association'",
    "town": "the name of the town, as text",
    "municipality_code": "the official three digits as text, such as '259' for Køge",
    "region": "the name of the region as text, or null",
    "cvr": f"{A_CVR} as text, or null",
    "website": f"{A_WEB_ADDRESS}, or null",
    "email": AN_ADDRESS,
    "phone": "a telephone number as text, or null",
    "title": "what the person is called there as text, or null",
    "role": "'contact', 'deputy' or 'chair'",
    "language": "'da' or 'en'",
    "since": A_DATE,
    "on": A_DATE,
    "reason": "a reason as text, or null",
    "messages": "a whole number of messages, from 0 to 1,000,000",
}

NO_INSTANT = ("time", "is no instant: {error}", AN_INSTANT)
# By what pydantic calls an error: our code, why, and what would be right where the field does not say it.
WORDS: dict[str, tuple[str, str, str | None]] = {
    "missing": ("missing", "is missing", None),
    "string_type": ("not_text", "is {found}", None),
    "string_too_short": ("empty", "is empty", None),
    "string_too_long": ("too_long", "has {length} characters", "at most {max_length} characters"),
    "string_pattern_mismatch": ("pattern", "is not written as it should be", None),
    "literal_error": ("not_one_of_these", "is none of the values that it may have", "{expected}"),
    "int_type": ("not_a_whole_number", "is {found}", None),
    "greater_than_equal": ("out_of_range", "is less than {ge}", None),
    "less_than_equal": ("out_of_range", "is more than {le}", None),
    "tuple_type": ("not_a_list", "is {found}", None),
    "model_type": ("not_an_object", "is {found}", None),
    "datetime_type": ("time", "is no instant", AN_INSTANT),
    "datetime_parsing": NO_INSTANT,
    "datetime_from_date_parsing": NO_INSTANT,
    "timezone_aware": ("time", "has no offset", AN_INSTANT),
}

GZIP, UTF_8_MARK, UTF_16_MARKS = b"\x1f\x8b", b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
JSON_IN_UTF_8 = "JSON in UTF-8"


def faults_of_attributes(why: ValidationError) -> list[Fault]:
    """Translate what pydantic found in the attributes."""
    return [_fault(error, "") for error in why.errors(include_url=False)]


def faults_of_data(why: ValidationError, data: bytes) -> list[Fault]:
    """Translate what pydantic found in the data, or say why the data cannot even be read."""
    errors = why.errors(include_url=False)
    if errors[0]["type"] == "json_invalid":
        return [unreadable("data", data, errors[0]["ctx"]["error"])]
    return [_fault(error, "data") for error in errors]


def unreadable(field: str, body: bytes, why: str) -> Fault:
    """Say why a body is not what a JSON parser takes; `why` are the parser's own words."""
    code, reason, expected = _unreadable(body) or ("not_json", f"cannot be read: {why}", JSON_IN_UTF_8)
    return Fault(field=field, code=code, reason=reason, expected=expected)


def _fault(error: ErrorDetails, prefix: str) -> Fault:
    field, value, context = path(error["loc"], prefix), error["input"], error.get("ctx", {})
    if error["type"] == "rule":
        return Fault(field=field, code=context["code"], reason=context["reason"], expected=context["expected"])
    code, reason, expected = WORDS[error["type"]]
    facts = {**context, "found": a_kind_of(value), "length": len(value) if isinstance(value, Sized) else 0}
    names = [step for step in (prefix, *error["loc"]) if isinstance(step, str)]
    return Fault(
        field=field,
        code=code,
        reason=reason.format_map(facts),
        expected=(expected or RIGHT[names[-1]]).format_map(facts),
    )


def _unreadable(body: bytes) -> tuple[str, str, str] | None:
    if body.startswith(GZIP):
        return "compressed", "is compressed", f"{JSON_IN_UTF_8}, not compressed"
    if body.startswith(UTF_8_MARK):
        return "byte_order_mark", "begins with a byte order mark", f"{JSON_IN_UTF_8} without a mark before it"
    if body.startswith(UTF_16_MARKS) or b"\0" in body[:2]:
        return "not_utf8", "is in UTF-16 or UTF-32", JSON_IN_UTF_8
    try:
        body.decode()
    except UnicodeDecodeError as why:
        return "not_utf8", f"holds octets that are not UTF-8, first after {why.start} others", JSON_IN_UTF_8
    return None


def path(steps: tuple[int | str, ...], prefix: str) -> str:
    """Write a path as `data.contacts[0].email`."""
    written = prefix
    for step in steps:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written


def a_kind_of(value: object) -> str:
    """Say what sort of value stands where another should; never the value, which may name a person."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case Number():
            return "a number"
        case datetime():
            return "a timestamp"
        case Mapping():
            return "an object"
        case str():
            return "text"
        case Sequence():
            return "a list"
    return "something else"
