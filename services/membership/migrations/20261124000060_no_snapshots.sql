-- migrate:up

-- Which lists began and ended is told by the messages that said so.
DROP TABLE snapshots;

-- migrate:down
