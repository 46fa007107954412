-- migrate:up

-- A system has a limit unless the operator says that it has none: more than it ever needs for its complete list.
ALTER TABLE systems ALTER COLUMN most_per_hour SET DEFAULT 20000;

UPDATE systems
   SET most_per_hour = DEFAULT
 WHERE most_per_hour IS NULL;

-- migrate:down
