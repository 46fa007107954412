-- migrate:up

-- Who acts for a member and is not reached, as was told to those who can mend it: once each.
CREATE TABLE unreached (
    suppression_id  uuid NOT NULL REFERENCES suppressions,
    person_id       uuid NOT NULL,
    organisation_id uuid NOT NULL,
    PRIMARY KEY (suppression_id, person_id, organisation_id)
);
-- Those who were there when an address was suppressed have been told of.
INSERT INTO unreached
SELECT DISTINCT s.id, p.id, m.organisation_id
  FROM suppressions AS s
  JOIN people AS p ON lower(p.address) = s.address
  JOIN mandates AS m ON m.person_id = p.id AND m.current
  JOIN members AS o ON o.organisation_id = m.organisation_id AND o.active
 WHERE s.ended_at IS NULL;

-- What was queued within an hour is counted by its date.
CREATE INDEX emails_by_time ON emails USING brin (date) WITH (autosummarize = on);

-- migrate:down
