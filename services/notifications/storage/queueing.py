"""SQL that queues e-mails, many at a time, and writes what they say alike once."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from shared.database.pool import Connection

from ..domain import Draft

FrameKey = tuple[str, UUID, int, str, str]

COLUMNS = (
    "dedupe",
    "kind",
    "topic",
    "person_id",
    "meeting_id",
    "frame_id",
    "address",
    "params",
    "method",
    "revision",
    "sequence",
    "message_id",
    "state",
    "priority",
    "expires_at",
    "correlation_id",
    "date",
    "next_attempt_at",
)


async def add_emails(
    conn: Connection, drafts: Sequence[Draft], frames: Sequence[int], *, mail_domain: str, now: datetime
) -> None:
    """Queue e-mails in order, each with the id of its frame; one that is there already stays as it is.

    Whoever queues has taken the turn, so that nobody else adds any in between.
    """
    keys = [draft.dedupe for draft in drafts]
    try:
        await _add(conn, zip(keys, drafts, frames, strict=True), set(), mail_domain, now)
    except asyncpg.UniqueViolationError:
        # Rare, and to ask first whether any is there takes as long as a tenth of the work.
        known = await _known(conn, keys)
        await _add(conn, zip(keys, drafts, frames, strict=True), known, mail_domain, now)


async def _add(
    conn: Connection, queued: Iterable[tuple[str, Draft, int]], known: set[str], mail_domain: str, now: datetime
) -> None:
    async with conn.transaction():
        await conn.copy_records_to_table("emails", columns=COLUMNS, records=_records(queued, known, mail_domain, now))


async def renew_offers(conn: Connection, offers: Sequence[tuple[Draft, int]], now: datetime) -> None:
    """Write offers that still wait as they would be written now, each with the id of its frame.

    What waits or has failed at another address is tried at the one of now as if it had not been before.
    """
    await conn.execute(
        """
        UPDATE emails AS e
           SET frame_id = new.frame_id, address = new.address, params = new.params,
               state = CASE WHEN e.address = new.address THEN e.state ELSE 'queued' END,
               attempts = CASE WHEN e.address = new.address THEN e.attempts ELSE 0 END,
               failing_since = CASE WHEN e.address = new.address THEN e.failing_since END,
               next_attempt_at = CASE WHEN e.address = new.address THEN e.next_attempt_at ELSE $5 END
          FROM unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[]) AS new (dedupe, frame_id, address, params)
         WHERE e.dedupe = new.dedupe
           AND (e.state IN ('queued', 'suppressed') OR e.state = 'failed' AND e.address <> new.address)
           AND NOT e.may_have_arrived
        """,
        [offer.dedupe for offer, _ in offers],
        [frame for _, frame in offers],
        [offer.address for offer, _ in offers],
        [_json(offer.params) for offer, _ in offers],
        now,
    )


async def keep_frames(conn: Connection, drafts: Sequence[Draft]) -> list[int]:
    """Return the id of each draft's frame; those that say the same in the same language share one."""
    keys, facts = _frames(drafts)
    rows = await conn.fetch(
        """
        INSERT INTO frames (kind, object_id, revision, language, digest, facts)
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::jsonb[])
            ON CONFLICT (kind, object_id, revision, language, digest) DO UPDATE SET digest = excluded.digest
        RETURNING id, kind, object_id, revision, language, digest
        """,
        *map(list, zip(*facts, strict=True)),
        list(facts.values()),
    )
    ids = {tuple(row.values())[1:]: row["id"] for row in rows}
    return [ids[key] for key in keys]


def _records(
    queued: Iterable[tuple[str, Draft, int]], known: set[str], mail_domain: str, now: datetime
) -> Iterator[tuple[object, ...]]:
    """Write what is not known one by one, so that the server takes in the first while the next are written."""
    for key, draft, frame in queued:
        if key in known:
            continue
        known.add(key)
        yield (
            key,
            draft.kind,
            draft.topic,
            draft.person_id,
            draft.meeting_id,
            frame,
            draft.address,
            _json(draft.params),
            draft.method,
            draft.revision,
            draft.sequence,
            draft.message_id(mail_domain),
            "muted" if draft.muted else "queued",
            draft.priority,
            draft.expires_at,
            draft.correlation_id,
            now,
            now,
        )


async def _known(conn: Connection, keys: Sequence[str]) -> set[str]:
    rows = await conn.fetch("SELECT dedupe FROM emails WHERE dedupe = ANY($1::text[])", keys)
    return {row["dedupe"] for row in rows}


def _frames(drafts: Sequence[Draft]) -> tuple[list[FrameKey], dict[FrameKey, str]]:
    """Return the key of each draft's frame, and the facts of each frame; facts that drafts share are written once."""
    written: dict[tuple[int, int], tuple[str, str]] = {}
    keys: list[FrameKey] = []
    frames: dict[FrameKey, str] = {}
    for draft in drafts:
        shared = (id(draft.facts), id(draft.before))
        if shared not in written:
            facts = _json(draft.facts if draft.before is None else {**draft.facts, "before": draft.before})
            written[shared] = facts, hashlib.sha256(facts.encode()).hexdigest()
        facts, digest = written[shared]
        keys.append((draft.kind, draft.object_id, draft.revision, draft.language, digest))
        frames[keys[-1]] = facts
    return keys, frames


def _json(facts: Mapping[str, Any]) -> str:
    return to_json(facts).decode()
