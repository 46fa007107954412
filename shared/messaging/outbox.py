"""What a service is about to say: rows in its own schema, written with the state that they speak of."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.contracts.event import Event
from shared.database.pool import Connection
from shared.messaging import topology

Addressed = tuple[str, str, Event]


async def add(conn: Connection, *events: Event) -> None:
    """Say events to whoever hears them; they leave, in this order, once the transaction is committed."""
    await _add(
        conn,
        [(topology.events(event.type.split(".")[0]), event.type, event) for event in events],
        mandatory=True,
    )


async def add_answers(conn: Connection, answers: Sequence[tuple[str, Event]]) -> None:
    """Answer upstream systems: `(system, answer)`; a system without a queue of answers simply misses them."""
    await _add(conn, [(topology.ANSWERS, system, answer) for system, answer in answers], mandatory=False)


async def _add(conn: Connection, addressed: Sequence[Addressed], *, mandatory: bool) -> None:
    if not addressed:
        return
    now = datetime.now(UTC)
    await conn.execute(
        """
        INSERT INTO outbox (exchange, routing_key, event_id, event_type, correlation_id, body, mandatory, created_at)
        SELECT exchange, routing_key, gen_random_uuid()::text, event_type, correlation_id, body, $6, $7
          FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[]) WITH ORDINALITY
            AS new (exchange, routing_key, event_type, correlation_id, body, position)
         ORDER BY position
        """,
        [exchange for exchange, _, _ in addressed],
        [key for _, key, _ in addressed],
        [event.type for _, _, event in addressed],
        [event.correlation_id for _, _, event in addressed],
        [event.model_dump_json().encode() for _, _, event in addressed],
        mandatory,
        now,
    )
