-- migrate:up

ALTER TABLE series
    ADD COLUMN address   text,
    ADD COLUMN agenda    text,
    ADD COLUMN reminders jsonb   NOT NULL DEFAULT '[]',
    ADD COLUMN is_public boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT series_on_holiday_check,
    ADD CONSTRAINT series_on_holiday_check CHECK (on_holiday IN ('move', 'skip', 'ignore')),
    -- A series that is ended before it began ends on the day before its first.
    DROP CONSTRAINT series_check,
    ADD CONSTRAINT series_check CHECK (last_day >= first_day - 1);

-- A meeting whose day was dropped by a change of its series' rule has no occurrence any more, so that the day can be
-- planned anew. Until now a meeting's version rose by moves and cancellations alone.
ALTER TABLE meetings
    ADD COLUMN address         text,
    ADD COLUMN agenda          text,
    ADD COLUMN changed_by_hand boolean NOT NULL DEFAULT false,
    ALTER COLUMN occurrence DROP NOT NULL;

UPDATE meetings SET changed_by_hand = true WHERE version > 1;

-- migrate:down
