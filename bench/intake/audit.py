"""What the audit must say of a message, in the model of `intake`: which values became others (pure)."""

from dataclasses import dataclass

from deploy.local.demo.messages import SOURCE

from .rows import DESCRIBED, Row, Rows, made_id

# By table: what a record is called, what is shown of it, and what of that is personal.
SHOWN: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "organisations": ("organisation", ("starts_on", "left_on", "reason", *DESCRIBED), ()),
    "people": ("person", ("name", "email", "phone", "language"), ("name", "email", "phone", "language")),
    "appointments": ("appointment", ("role", "title", "since", "ended_on"), ("title",)),
    "mandates": ("mandate", ("person_id", "role", "title", "starts_on", "ends_on"), ("title",)),
}


@dataclass(frozen=True)
class Audit:
    """The line of a message, and the personal values apart from it."""

    changes: list[Row]
    personal: list[Row]


def audit(before: Rows, changed: Rows) -> Audit:
    """Compare rows with what they were before the message."""
    line = Audit([], [])
    for (table, key), row in changed.items():
        if table in SHOWN:
            _note(line, table, key, before.get((table, key), {}), row)
    return line


def _note(line: Audit, table: str, key: str, was: Row, row: Row) -> None:
    thing, shown, private = SHOWN[table]
    values = {name: [was.get(name), row[name]] for name in shown if was.get(name) != row[name]}
    if not values:
        return
    row_id = f"{row['organisation_id']} {SOURCE} {key}" if table == "appointments" else row["id"]
    named = {"thing": thing, "id": row_id}
    personal = {name: values.pop(name) for name in private if name in values}
    line.changes.append({**named, "fields": values, "personal": sorted(personal)})
    if personal:
        line.personal.append({**named, "fields": personal, "person_id": made_id("people", key)})
