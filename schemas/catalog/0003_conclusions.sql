-- Conclusions: what follows from the facts, in segments and a tree of their own.

-- Their part of what the last commit left.
ALTER TABLE state ADD COLUMN conclusions INTEGER NOT NULL DEFAULT 0 CHECK (conclusions >= 0); -- leaves of their tree
ALTER TABLE state ADD COLUMN conclusion_segment INTEGER NOT NULL DEFAULT 0 CHECK (conclusion_segment >= 0);
ALTER TABLE state ADD COLUMN conclusion_bytes INTEGER NOT NULL DEFAULT 0 CHECK (conclusion_bytes >= 0);
ALTER TABLE state ADD COLUMN conclusion_frontier BLOB NOT NULL DEFAULT x'';

-- Conclusions of the facts of one block; a block whose facts have none has no row.
-- number: the block's. Valid: first_conclusion is where the row before ends; within
-- a segment offset, too; first_fact to last_fact lie in the block's records.
CREATE TABLE conclusion_block (
	number INTEGER PRIMARY KEY CHECK (number > 0),
	segment INTEGER NOT NULL CHECK (segment > 0),
	offset INTEGER NOT NULL CHECK (offset >= 0),
	bytes INTEGER NOT NULL CHECK (bytes > 0),
	records INTEGER NOT NULL CHECK (records > 0),
	first_conclusion INTEGER NOT NULL UNIQUE,
	first_fact INTEGER NOT NULL,
	last_fact INTEGER NOT NULL CHECK (last_fact >= first_fact),
	identity INTEGER NOT NULL                          -- XXH3 of its bytes
) STRICT;

-- Roots of complete chunks of 1,024 leaves of the tree of conclusions, from 0.
CREATE TABLE conclusion_chunk (
	number INTEGER PRIMARY KEY CHECK (number >= 0),
	root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;
