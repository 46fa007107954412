-- migrate:up

-- Whether the place of an answer was offered to one who waited, and taken.
ALTER TABLE answers ADD COLUMN place_taken boolean NOT NULL DEFAULT false;

-- migrate:down
