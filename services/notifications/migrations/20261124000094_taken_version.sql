-- migrate:up

-- At which version of the answer a place was taken that had been offered, the last time; empty where none was.
ALTER TABLE answers ADD COLUMN taken_version integer;
UPDATE answers SET taken_version = version WHERE place_taken;
ALTER TABLE answers DROP COLUMN place_taken;

-- migrate:down
