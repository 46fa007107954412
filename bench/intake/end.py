"""Whether everything was taken in as it must be: each row of membership's tables beside the model's."""

import json
import re
from collections import Counter
from collections.abc import Mapping

from bench.passage import Pool
from bench.right_end import faults_in
from bench.verdict import WrongEnd

from .expected import REJECTED, Expected, Rows, written
from .load import Load
from .rows import Row, made_id

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ORDER = "SELECT message_id FROM membership.upstream_messages ORDER BY seq"
# What the service makes up, and what the model has for it: the table and the register's own key.
MADE_UP = {
    "organisations": "SELECT id, key FROM membership.organisations",
    "people": "SELECT person_id, key FROM membership.contacts",
    "mandates": "SELECT mandate_id, contact_key FROM membership.appointments WHERE mandate_id IS NOT NULL",
}
# Columns that nobody can know beforehand stay out.
TABLES = {
    "organisations": "SELECT to_jsonb(t) FROM membership.organisations AS t",
    "people": "SELECT to_jsonb(t) - 'email_key' FROM membership.people AS t",
    "contacts": "SELECT to_jsonb(t) FROM membership.contacts AS t",
    "appointments": "SELECT to_jsonb(t) FROM membership.appointments AS t",
    "mandates": "SELECT to_jsonb(t) FROM membership.mandates AS t",
    "member_history": "SELECT to_jsonb(t) - 'recorded_at' FROM membership.member_history AS t",
    "upstream_messages": "SELECT to_jsonb(t) - '{seq,taken_in_at}'::text[] FROM membership.upstream_messages AS t",
    "personal_changes": "SELECT to_jsonb(t) FROM membership.personal_changes AS t",
    "quarantine": """
        SELECT jsonb_build_object('message_id', message_id, 'times', times, 'state', state, 'faults', faults)
          FROM membership.quarantine
         WHERE state <> 'replayed'
        """,
    "events": """
        SELECT jsonb_build_object('type', event_type) || convert_from(body, 'UTF8')::jsonb
          FROM membership.outbox
         WHERE exchange = 'membership.events' AND routing_key = event_type
        """,
    "answers": """
        SELECT jsonb_build_object('type', event_type) || convert_from(body, 'UTF8')::jsonb
          FROM membership.outbox
         WHERE exchange = 'upstream.answers' AND routing_key = 'register'
        """,
}


async def check_end(pool: Pool, load: Load) -> Expected:
    """Return what was expected, and is there; raise WrongEnd, naming all that is not as it must be."""
    expected = Expected(load, [row["message_id"] for row in await pool.fetch(ORDER)])
    faults = [f"{message_id} was taken in too early" for message_id in expected.too_early]
    faults += await faults_of_tables(pool, TABLES, expected.tables)
    if faults:
        raise WrongEnd("\n".join(faults))
    return expected


async def faults_of_tables(pool: Pool, tables: Mapping[str, str], expected: Mapping[str, Rows]) -> list[str]:
    """Name what queries find that is not expected under their names, and what they miss."""
    made_up = {
        str(row[0]): made_id(table, row[1]) for table, query in MADE_UP.items() for row in await pool.fetch(query)
    }
    return [
        fault
        for table, query in tables.items()
        for fault in faults_in(
            table, expected[table], Counter(_as_in_the_model(row[0], made_up) for row in await pool.fetch(query))
        )
    ]


def _as_in_the_model(row: str, made_up: Mapping[str, str]) -> str:
    found: Row = json.loads(UUID.sub(lambda match: made_up.get(match[0], match[0]), row))
    if "changes" in found:
        found["changes"] = sorted(found["changes"], key=written)
    if "faults" in found:
        found["faults"] = sorted([fault["field"], fault["code"]] for fault in found["faults"])
    if found.get("type") == REJECTED:
        del found["correlation_id"]
    return written(found)
