-- migrate:up

-- Who holds a topic; empty where nobody did, but what the far side said, or on the command line.
ALTER TABLE held_topics ADD COLUMN held_by text;

-- migrate:down
