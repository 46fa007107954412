"""The JSON Schema of a message, as its contract defines it."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _WithoutTitles(GenerateJsonSchema):
    """Leaves out the title that pydantic makes of every field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema(message_type: str, model: type[BaseModel]) -> Schema:
    """Return the schema of what a hearer of this type must be able to read."""
    found = model.model_json_schema(schema_generator=_WithoutTitles)
    return {"$schema": DIALECT, "$id": f"urn:handelsbyer:{message_type}", **found}


def schemas_together(models: Iterable[type[BaseModel]], ref_template: str) -> dict[str, Schema]:
    """Return the schemas of several models and of all their parts by name, each part once."""
    _, together = models_json_schema(
        [(model, "validation") for model in models], schema_generator=_WithoutTitles, ref_template=ref_template
    )
    found: dict[str, Schema] = together["$defs"]
    return found
