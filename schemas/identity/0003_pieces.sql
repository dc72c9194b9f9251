-- Both indexes in larger pieces: src/origin/identity_buckets.h and identity_shorts.h say what they hold.
-- The old ones are left out: whoever opens the table to write makes the new ones from the rows.
DROP TABLE by_lookup;
DROP TABLE by_short;
ALTER TABLE meta ADD COLUMN buckets INTEGER NOT NULL DEFAULT 1;
UPDATE meta SET indexed_to = 0;

CREATE TABLE by_lookup (
	bucket INTEGER PRIMARY KEY,
	entries BLOB NOT NULL
);
CREATE TABLE shorts (
	last INTEGER PRIMARY KEY,
	entries BLOB NOT NULL
);
