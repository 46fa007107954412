-- migrate:up

-- The topics of which nothing is mailed now.
CREATE VIEW held_now AS SELECT topic, held_at, reason, held_by FROM held_topics WHERE released_at IS NULL;

-- migrate:down
