-- The catalog's tables. Every row follows from the ledger's blocks as they were
-- cut, never from when they were committed: docs/catalog.md explains each.
-- Unsigned 64-bit numbers (identities) stand in signed integers, bit by bit.
-- Times are milliseconds since 1970-01-01 UTC; NULL: none.

-- What the last commit left. One row.
CREATE TABLE state (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	store_id BLOB CHECK (length(store_id) = 16),
	records INTEGER NOT NULL CHECK (records >= 0),     -- leaves of the facts tree
	blocks INTEGER NOT NULL CHECK (blocks >= 0),
	segment INTEGER NOT NULL CHECK (segment >= 0),     -- the committed end of the ledger
	segment_bytes INTEGER NOT NULL CHECK (segment_bytes >= 0),
	epoch INTEGER NOT NULL CHECK (epoch >= 0),         -- of the lineage, 0: none
	frontier BLOB NOT NULL                             -- the saved facts tree
) STRICT;
INSERT INTO state VALUES (1, NULL, 0, 0, 0, 0, 0, x'');

-- Valid: next_offset - start = recorded + quarantined + filtered + gaps.
CREATE TABLE partition (
	number INTEGER PRIMARY KEY CHECK (number > 0),
	source TEXT NOT NULL,
	name TEXT NOT NULL,
	incarnation INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	start INTEGER NOT NULL,
	next_offset INTEGER NOT NULL,
	next_byte INTEGER NOT NULL,
	has_first INTEGER NOT NULL,
	first_payload INTEGER NOT NULL,
	recorded INTEGER NOT NULL,
	quarantined INTEGER NOT NULL,
	filtered INTEGER NOT NULL,
	gaps INTEGER NOT NULL,
	max_time_ms INTEGER,
	content BLOB NOT NULL CHECK (length(content) = 104), -- running SHA-256 of the payloads
	UNIQUE (source, name, incarnation)
) STRICT;

-- Valid: numbers from 1 without a hole; each begins where the one before ends,
-- in records and, within a segment, in bytes.
CREATE TABLE block (
	number INTEGER PRIMARY KEY CHECK (number > 0),
	segment INTEGER NOT NULL CHECK (segment > 0),
	offset INTEGER NOT NULL CHECK (offset >= 0),
	bytes INTEGER NOT NULL CHECK (bytes > 0),
	objects INTEGER NOT NULL,
	records INTEGER NOT NULL CHECK (records > 0),
	events INTEGER NOT NULL,
	first_record INTEGER NOT NULL UNIQUE,
	identity INTEGER NOT NULL,                         -- XXH3 of its bytes
	min_time_ms INTEGER,
	max_time_ms INTEGER
) STRICT;

-- Where a partition's positions stand. Valid: the spans of a partition cover
-- start to next_offset without a hole or an overlap.
CREATE TABLE span (
	partition INTEGER NOT NULL,
	first_offset INTEGER NOT NULL,
	end_offset INTEGER NOT NULL CHECK (end_offset > first_offset),
	block INTEGER NOT NULL,
	first_record INTEGER NOT NULL,                     -- within the block
	end_record INTEGER NOT NULL CHECK (end_record > first_record),
	PRIMARY KEY (partition, first_offset)
) STRICT, WITHOUT ROWID;

-- Event ids of complete groups of 262,144 consecutive records. number: group * 512
-- + the top 9 bits of the fingerprints in it. pairs: 6 bytes each, ascending:
-- fingerprint (the lower 30 bits of the id's identity) * 2^18 + record within the group.
CREATE TABLE id_bucket (
	number INTEGER PRIMARY KEY,
	pairs BLOB NOT NULL CHECK (length(pairs) > 0 AND length(pairs) % 6 = 0)
) STRICT;

-- Event ids of the records behind the last complete group: the same pairs of one
-- block each, in the order of records.
CREATE TABLE id_tail (
	block INTEGER PRIMARY KEY,
	pairs BLOB NOT NULL CHECK (length(pairs) > 0 AND length(pairs) % 6 = 0)
) STRICT;

-- Roots of complete chunks of 1,024 leaves of the facts tree, from 0.
CREATE TABLE chunk (
	number INTEGER PRIMARY KEY CHECK (number >= 0),
	root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;

-- Positions put aside, by the record that says so; replay_record: the event that
-- came back, NULL while it has not.
CREATE TABLE quarantined (
	record INTEGER PRIMARY KEY,
	partition INTEGER NOT NULL,
	offset INTEGER NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	replay_record INTEGER CHECK (replay_record > record),
	UNIQUE (partition, offset)
) STRICT;
CREATE INDEX quarantined_reason ON quarantined (reason) WHERE replay_record IS NULL;

-- Notes that took effect, by their record; number: of a lineage epoch, else 0.
CREATE TABLE epoch (
	record INTEGER PRIMARY KEY,
	number INTEGER NOT NULL CHECK (number >= 0),
	what TEXT NOT NULL,
	body INTEGER NOT NULL                              -- XXH3 of the note's body
) STRICT;
CREATE UNIQUE INDEX epoch_number ON epoch (number) WHERE number > 0;
