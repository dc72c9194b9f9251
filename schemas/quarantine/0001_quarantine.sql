-- The raw bytes of positions in quarantine, sealed with the vault key.

-- sealed: format, delimiter, next byte and payload, as src/catalog/quarantine.c
-- lays them out. generation: of the vault key that sealed it. schema: what is
-- needed to read the payload (a CSV header, an Avro schema); NULL: nothing.
CREATE TABLE raw (
	partition INTEGER NOT NULL,
	offset INTEGER NOT NULL,
	generation INTEGER NOT NULL,
	schema BLOB CHECK (length(schema) = 32),
	sealed BLOB NOT NULL,
	PRIMARY KEY (partition, offset)
) STRICT;
CREATE INDEX raw_schema ON raw (schema) WHERE schema IS NOT NULL;

-- Each schema once, by the SHA-256 of its text; gone with the last row that names it.
CREATE TABLE schema (
	digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
	generation INTEGER NOT NULL,
	sealed BLOB NOT NULL
) STRICT;
