"""membership's SQL, straightforward: one row a statement."""

MARK = """
    INSERT INTO upstream_messages (source, message_id, outcome)
    VALUES ($1, $2, 'accepted')
        ON CONFLICT DO NOTHING
    RETURNING message_id
    """
JOIN = """
    INSERT INTO organisations
           (source, key, name, kind, town, municipality_code, region, cvr, website, changed_at, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (source, key) DO UPDATE
       SET name = excluded.name, kind = excluded.kind, town = excluded.town,
           municipality_code = excluded.municipality_code, region = excluded.region, cvr = excluded.cvr,
           website = excluded.website, changed_at = excluded.changed_at, since = excluded.since,
           version = organisations.version + 1
    RETURNING id, version
    """
UPDATE_ORGANISATION = """
    UPDATE organisations
       SET name = $3, kind = $4, town = $5, municipality_code = $6, region = $7, cvr = $8, website = $9,
           changed_at = $10, version = version + 1
     WHERE source = $1 AND key = $2 AND changed_at < $10
    RETURNING id, version
    """
FIND_ORGANISATION = "SELECT id, version FROM organisations WHERE source = $1 AND key = $2"
PERSON = """
    INSERT INTO people (source, key, name, email, phone, language, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (source, key) DO UPDATE
       SET name = excluded.name, email = excluded.email, phone = excluded.phone, language = excluded.language,
           changed_at = excluded.changed_at, version = people.version + 1
    RETURNING id, version
    """
UPDATE_PERSON = """
    UPDATE people
       SET name = $3, email = $4, phone = $5, language = $6, changed_at = $7, version = version + 1
     WHERE source = $1 AND key = $2 AND changed_at < $7
    RETURNING id, version
    """
MANDATE = """
    INSERT INTO mandates (organisation_id, person_id, role, title, starts_on)
    VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (organisation_id, person_id) DO UPDATE
       SET role = excluded.role, title = excluded.title, starts_on = excluded.starts_on,
           version = mandates.version + 1
    RETURNING *
    """
UPDATE_MANDATE = """
    UPDATE mandates
       SET role = $3, title = $4, version = version + 1
     WHERE organisation_id = $1 AND person_id = $2 AND (role, title) IS DISTINCT FROM ($3, $4)
    RETURNING *
    """
SAY = """
    INSERT INTO outbox (exchange, routing_key, event_id, event_type, correlation_id, body)
    VALUES ($1, $2, $3, $4, $5, $6)
    """
