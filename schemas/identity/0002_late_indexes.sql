-- Rows are appended, and found by indexes that are written later, many rows at once.
-- indexed_to: rows up to that number are in both of them. 0: all are still to come,
-- and whoever opens the table to write puts them in.
ALTER TABLE meta ADD COLUMN indexed_to INTEGER NOT NULL DEFAULT 0;

ALTER TABLE identity RENAME TO identity_1;
CREATE TABLE identity (
	number INTEGER PRIMARY KEY,
	lookup BLOB NOT NULL,
	pseudonym BLOB NOT NULL,
	sealed BLOB NOT NULL
);
INSERT INTO identity SELECT number, lookup, pseudonym, sealed FROM identity_1 ORDER BY number;
DROP TABLE identity_1;

-- lookup: its first 8 bytes, big-endian; rows may share them. short: the 32 bits people see.
CREATE TABLE by_lookup (
	lookup INTEGER NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (lookup, number)
) WITHOUT ROWID;
CREATE TABLE by_short (
	short INTEGER PRIMARY KEY,
	number INTEGER NOT NULL
);
