"""Loads the part of the register that a group of messages touches, and stores what became of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from shared.contracts.membership import MemberJoined, MemberLeft
from shared.contracts.upstream import SnapshotMessage
from shared.database.pool import Connection

from ..domain import Register
from ..messages import Reported
from ..people import People
from ..records import Appointment, Contact, Mandate, Organisation, Person
from . import rows
from .links import find_links
from .locks import lock_organisations


async def load(conn: Connection, group: Sequence[Reported], today: date) -> Register:
    """Load all that the messages of a group may read or change."""
    named = {r.organisation for r in group if not isinstance(r.message, SnapshotMessage)}
    links = await find_links(conn, named)
    await lock_organisations(conn, links.values())
    organisations = await _organisations(conn, {links.get(key, key) for key in named})
    keys = {(r.source, key) for r in group for key in r.contact_keys}
    emails = {contact.email.lower() for r in group for contact in r.contacts}
    people = await _people(conn, keys, emails)
    appointments = await _appointments(conn, [o.id for o in organisations], keys)
    appointed = {(a.source, a.contact_key) for a in appointments}
    contacts = await _contacts(conn, [person.id for person in people], appointed)
    mandates = await _mandates(conn, [a.mandate_id for a in appointments if a.mandate_id])
    return Register(today, People(people, contacts), organisations, appointments, mandates, links)


async def load_due(conn: Connection, today: date, most: int) -> Register:
    """Load organisations and mandates whose term has begun or ended by today and nobody has said so, locked."""
    organisations = await conn.fetch(
        """
        SELECT *
          FROM organisations
         WHERE (NOT said AND starts_on <= $1 AND (ends_on IS NULL OR ends_on > $1))
            OR (said AND ends_on <= $1)
         ORDER BY id
         LIMIT $2
           FOR UPDATE SKIP LOCKED
        """,
        today,
        most,
    )
    mandates = await conn.fetch(
        """
        SELECT *
          FROM mandates
         WHERE (NOT said AND starts_on <= $1 AND (ends_on IS NULL OR ends_on > $1))
            OR (said AND ends_on <= $1)
         ORDER BY id
         LIMIT $2
           FOR UPDATE SKIP LOCKED
        """,
        today,
        most,
    )
    return Register(today, People(), map(rows.organisation, organisations), (), (Mandate(**row) for row in mandates))


async def said_organisations(conn: Connection) -> list[Organisation]:
    """List the organisations of which we last said that they are members, none of which changes meanwhile."""
    found = await conn.fetch("SELECT * FROM organisations WHERE said ORDER BY id FOR SHARE")
    return [rows.organisation(row) for row in found]


async def store(conn: Connection, register: Register) -> None:
    """Store what has changed in the register."""
    await _store_organisations(conn, register.changed(register.organisations.values()))
    await _store_people(conn, register.changed(register.people.people.values()))
    await _store_contacts(conn, register.changed(register.people.contacts.values()))
    await _store_mandates(conn, register.changed(register.mandates.values()))
    await _store_appointments(conn, register.changed(register.appointments.values()))


async def _organisations(conn: Connection, keys: Collection[tuple[str, str]]) -> list[Organisation]:
    found = await conn.fetch(
        """
        SELECT o.*
          FROM organisations AS o
          JOIN unnest($1::text[], $2::text[]) AS wanted (source, key) USING (source, key)
           FOR UPDATE OF o
        """,
        *rows.columns(keys),
    )
    return [rows.organisation(row) for row in found]


async def _people(conn: Connection, keys: Collection[tuple[str, str]], emails: Collection[str]) -> list[Person]:
    found = await conn.fetch(
        """
        SELECT p.id, p.name, p.email, p.phone, p.language, p.version, p.own_language
          FROM people AS p
         WHERE p.email_key = ANY($3::text[])
            OR p.id IN (
               SELECT c.person_id
                 FROM contacts AS c
                 JOIN unnest($1::text[], $2::text[]) AS wanted (source, key) USING (source, key)
            )
         ORDER BY p.id
           FOR UPDATE OF p
        """,
        *rows.columns(keys),
        list(emails),
    )
    return [Person(*row) for row in found]


async def _contacts(
    conn: Connection, people: Collection[UUID], appointed: Collection[tuple[str, str]]
) -> list[Contact]:
    """Find the contacts that are some people, and those whose mandates may follow from their organisation's changes."""
    found = await conn.fetch(
        """
        SELECT c.source, c.key, c.person_id, c.name, c.email, c.phone, c.language, c.position_time, c.position_id
          FROM contacts AS c
         WHERE c.person_id = ANY($3::uuid[])
            OR (c.source, c.key) IN (SELECT * FROM unnest($1::text[], $2::text[]))
         ORDER BY c.source, c.key
           FOR UPDATE
        """,
        *rows.columns(appointed),
        list(people),
    )
    return [rows.contact(row) for row in found]


async def _appointments(
    conn: Connection, organisations: Collection[UUID], keys: Collection[tuple[str, str]]
) -> list[Appointment]:
    found = await conn.fetch(
        """
        SELECT a.*
          FROM appointments AS a
         WHERE a.organisation_id = ANY($3::uuid[])
            OR (a.source, a.contact_key) IN (SELECT * FROM unnest($1::text[], $2::text[]))
         ORDER BY a.organisation_id, a.source, a.contact_key
           FOR UPDATE
        """,
        *rows.columns(keys),
        list(organisations),
    )
    return [rows.appointment(row) for row in found]


async def _mandates(conn: Connection, ids: Collection[UUID]) -> list[Mandate]:
    found = await conn.fetch("SELECT * FROM mandates WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids))
    return [Mandate(**row) for row in found]


async def _store_organisations(conn: Connection, organisations: Iterable[Organisation]) -> None:
    await conn.execute(
        """
        INSERT INTO organisations
        SELECT * FROM jsonb_populate_recordset(NULL::organisations, $1)
            ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, kind = excluded.kind, town = excluded.town,
               municipality_code = excluded.municipality_code, region = excluded.region, cvr = excluded.cvr,
               website = excluded.website, described_time = excluded.described_time,
               described_id = excluded.described_id, joined_time = excluded.joined_time,
               joined_id = excluded.joined_id, starts_on = excluded.starts_on, left_time = excluded.left_time,
               left_id = excluded.left_id, left_on = excluded.left_on, ends_on = excluded.ends_on,
               reason = excluded.reason, said = excluded.said, version = excluded.version
        """,
        rows.rows({**rows.columns_of(o), "ends_on": o.ends_on} for o in organisations),
    )


async def add_history(conn: Connection, events: Iterable[MemberJoined | MemberLeft]) -> None:
    """Note since when an organisation is, or is no longer, an active member."""
    await conn.execute(
        """
        INSERT INTO member_history (organisation_id, status, since, reason, version)
        SELECT organisation_id, status, since, reason, version
          FROM jsonb_populate_recordset(NULL::member_history, $1)
        """,
        rows.rows(
            {
                "organisation_id": event.organisation.id,
                "status": "active" if isinstance(event, MemberJoined) else "former",
                "since": event.since if isinstance(event, MemberJoined) else event.on,
                "reason": None if isinstance(event, MemberJoined) else event.reason,
                "version": event.version,
            }
            for event in events
        ),
    )


async def _store_people(conn: Connection, people: Iterable[Person]) -> None:
    await conn.execute(
        """
        INSERT INTO people (id, name, email, phone, language, version)
        SELECT id, name, email, phone, language, version
          FROM jsonb_populate_recordset(NULL::people, $1)
            ON CONFLICT (id) DO UPDATE
           SET name = excluded.name, email = excluded.email, phone = excluded.phone,
               language = excluded.language, version = excluded.version
        """,
        rows.rows(rows.columns_of(person) for person in people),
    )


async def _store_contacts(conn: Connection, contacts: Iterable[Contact]) -> None:
    await conn.execute(
        """
        INSERT INTO contacts
        SELECT * FROM jsonb_populate_recordset(NULL::contacts, $1)
            ON CONFLICT (source, key) DO UPDATE
           SET person_id = excluded.person_id, name = excluded.name, email = excluded.email,
               phone = excluded.phone, language = excluded.language,
               position_time = excluded.position_time, position_id = excluded.position_id
        """,
        rows.rows(rows.columns_of(contact) for contact in contacts),
    )


async def _store_mandates(conn: Connection, mandates: Iterable[Mandate]) -> None:
    await conn.execute(
        """
        INSERT INTO mandates
        SELECT * FROM jsonb_populate_recordset(NULL::mandates, $1)
            ON CONFLICT (id) DO UPDATE
           SET person_id = excluded.person_id, role = excluded.role, title = excluded.title,
               starts_on = excluded.starts_on, ends_on = excluded.ends_on, said = excluded.said,
               version = excluded.version
        """,
        rows.rows(rows.columns_of(mandate) for mandate in mandates),
    )


async def _store_appointments(conn: Connection, appointments: Iterable[Appointment]) -> None:
    await conn.execute(
        """
        INSERT INTO appointments
        SELECT * FROM jsonb_populate_recordset(NULL::appointments, $1)
            ON CONFLICT (organisation_id, source, contact_key) DO UPDATE
           SET appointed_time = excluded.appointed_time, appointed_id = excluded.appointed_id,
               since = excluded.since, ended_time = excluded.ended_time, ended_id = excluded.ended_id,
               ended_on = excluded.ended_on, titled_time = excluded.titled_time, titled_id = excluded.titled_id,
               role = excluded.role, title = excluded.title, mandate_id = excluded.mandate_id
        """,
        rows.rows(rows.columns_of(appointment) for appointment in appointments),
    )
