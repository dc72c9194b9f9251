-- What lies beside a record in Kafka comes back with it: key, headers, time.

-- 1: as before: nothing beside. 2: sealed has key, headers, time and framing in
-- front of the payload. Part of what authenticates the row.
ALTER TABLE raw ADD COLUMN layout INTEGER NOT NULL DEFAULT 1 CHECK (layout IN (1, 2));
