-- migrate:up

-- When people were reminded of a meeting last.
ALTER TABLE meetings ADD COLUMN reminded_at timestamptz;

-- migrate:down
