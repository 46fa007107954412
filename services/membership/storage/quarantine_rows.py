"""How messages stand in rows of the quarantine."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import asyncpg
from pydantic import TypeAdapter

from shared.contracts.upstream import Fault

from ..messages import Delivery, Kept

FAULTS = TypeAdapter(tuple[Fault, ...])


def headers(delivery: Delivery) -> bytes:
    """Write a message's headers as they are kept."""
    return json.dumps(dict(delivery.headers), default=_plain, sort_keys=True).encode()


def _plain(value: object) -> str:
    if isinstance(value, bytearray):
        return value.decode(errors="replace")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def fingerprint(delivery: Delivery) -> bytes:
    """Return what two deliveries of the same message have in common."""
    parts = (delivery.system.encode(), (delivery.content_type or "").encode(), headers(delivery), delivery.body)
    return hashlib.sha256(b"\0".join(parts)).digest()


def read_kept(row: asyncpg.Record) -> Kept:
    """Read a message in quarantine from its row."""
    return Kept(
        id=row["id"],
        state=row["state"],
        delivery=Delivery(
            row["routing_key"], row["content_type"], json.loads(row["headers"]), row["body"], row["received_at"]
        ),
        source=row["source"],
        message_id=row["message_id"],
        message_type=row["message_type"],
        organisation_key=row["organisation_key"],
        faults=read_faults(row["faults"]),
        times=row["times"],
        edited=row["edited"],
    )


def read_faults(written: str | None) -> tuple[Fault, ...]:
    """Read faults from their column."""
    return FAULTS.validate_json(written or "[]")


def written_faults(faults: Sequence[Fault]) -> str:
    """Write faults for their column."""
    return json.dumps([fault.model_dump() for fault in faults])
