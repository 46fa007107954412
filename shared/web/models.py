"""What the models of all JSON APIs are made of."""

from pydantic import BaseModel, ConfigDict

# What an id in the database is at most.
LARGEST = 2**63 - 1
# Not among them: control characters, line and paragraph separators, overrides of the writing direction.
ONE_VISIBLE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$"


class Body(BaseModel):
    """What is sent to us; a field that we do not know is a mistake of the sender."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """Something as it is shown; made from what the domain calls the same."""

    model_config = ConfigDict(from_attributes=True)
