"""Whatever is wrong, the answer says what would be right."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from docs.generate.messages import answers
from services.membership.envelope import Attributes, read
from services.membership.faults import RIGHT
from services.membership.messages import Refusal
from shared.contracts.membership import Language, Role
from shared.contracts.upstream import MESSAGES, MessageRejected
from tests.membership.conftest import EVENING, delivery
from tests.support.builders import appointed, contact

NEWEST_REJECTION = next(message for message in answers() if message.contract is MessageRejected).examples[-1]["data"]


def fields(schema: dict[str, Any]) -> Iterator[str]:
    """List the names of all fields in a schema."""
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part["properties"]


def test_there_are_words_for_each_field_that_there_is() -> None:
    contracts = {name for message in MESSAGES for name in fields(message.model_json_schema())}

    assert {"data", *Attributes.model_fields, *contracts} == RIGHT.keys()


@pytest.mark.parametrize(("field", "values"), [("role", get_args(Role)), ("language", get_args(Language))])
def test_the_words_name_each_value_that_a_field_may_have(field: str, values: tuple[str, ...]) -> None:
    assert [value for value in values if f"'{value}'" not in RIGHT[field]] == []


def test_the_newest_example_of_a_rejection_is_what_we_say() -> None:
    wrong = appointed(contact(email="anna@", role="king"), since="soon")

    found = read(delivery(wrong, EVENING), EVENING)

    assert isinstance(found, Refusal)
    assert [fault.model_dump() for fault in found.faults] == NEWEST_REJECTION["faults"]
