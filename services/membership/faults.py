"""Says in words what is wrong with a message: the field's path, why, and what would be right (pure)."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.contracts.upstream import Fault

EXPECTED = {
    "missing": "this field",
    "string_type": "text",
    "string_too_short": "some text",
    "string_pattern_mismatch": "three digits, such as 259",
    "tuple_type": "a list",
    "model_type": "a JSON object",
    "model_attributes_type": "a JSON object",
    "literal_error": "{expected}",
    "string_too_long": "at most {max_length} characters",
    "json_invalid": "JSON in UTF-8",
    "url_parsing": "a web address such as https://koege.example",
    "url_scheme": "a web address such as https://koege.example",
    "date_from_datetime_parsing": "a date as YYYY-MM-DD",
    "date_parsing": "a date as YYYY-MM-DD",
    "datetime_from_date_parsing": "RFC 3339 with an offset, such as 2026-01-31T09:30:00Z",
    "datetime_parsing": "RFC 3339 with an offset, such as 2026-01-31T09:30:00Z",
    "timezone_aware": "a time with its offset, such as 2026-01-31T09:30:00Z",
}
REASONS = {"missing": "is missing"}


def faults_of(why: ValidationError, prefix: str) -> list[Fault]:
    """Translate what pydantic found; `prefix` is the field that the model stands in (`data`), or empty."""
    return [_fault(error, prefix) for error in why.errors(include_url=False, include_input=False)]


def _fault(error: ErrorDetails, prefix: str) -> Fault:
    context = error.get("ctx", {})
    kind = error["type"]
    expected = EXPECTED.get(kind, "what the contract describes")
    return Fault(
        field=path(error["loc"], prefix),
        code=str(context["code"]) if kind == "rule" else kind,
        reason=REASONS.get(kind, error["msg"]),
        expected=str(context["expected"]) if kind == "rule" else expected.format_map(context),
    )


def path(steps: tuple[int | str, ...], prefix: str) -> str:
    """Write a path as `data.contacts[0].email`."""
    written = prefix
    for step in steps:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written
