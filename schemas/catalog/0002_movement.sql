-- Movement added up: docs/influence.md defines the numbers, src/model/movement.h the
-- bytes of the rows. Days count from 1970-01-01 UTC. A row with ended = 0 is of a day that goes on: it says what
-- was there at some commit, and is replaced; all others are final and follow from the ledger alone.

-- What is moved. kind: 0 a feature, 1 a model. Valid: numbers from 1 without a hole.
CREATE TABLE subject (
	number INTEGER PRIMARY KEY CHECK (number > 0),
	kind INTEGER NOT NULL CHECK (kind IN (0, 1)),
	name TEXT NOT NULL,
	UNIQUE (kind, name)
) STRICT;

-- Names of teams, systems, channels and fields. Valid: numbers from 1 without a hole.
CREATE TABLE word (
	number INTEGER PRIMARY KEY CHECK (number > 0),
	text TEXT NOT NULL UNIQUE
) STRICT;

-- A subject's day. total: the sum of the actors' magnitudes, squares: of their squares.
-- cells: by hour and name; actors: the heaviest 1,000. Days of a subject follow each other.
CREATE TABLE movement_day (
	key INTEGER PRIMARY KEY CHECK (key = subject * 1048576 + day + 524288),
	subject INTEGER NOT NULL CHECK (subject > 0),
	day INTEGER NOT NULL CHECK (day BETWEEN -524288 AND 524287),
	ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
	actor_count INTEGER NOT NULL CHECK (actor_count >= 0),
	total REAL NOT NULL CHECK (total >= 0),
	squares REAL NOT NULL CHECK (squares >= 0),
	cells BLOB NOT NULL CHECK (length(cells) > 0),
	actors BLOB NOT NULL
) STRICT;

-- All actors of a day, in 256 buckets by the upper 8 bits of their 32. A day with very many
-- has parts; an actor may stand in several of them. Days of a bucket follow each other.
CREATE TABLE movement_actor (
	key INTEGER PRIMARY KEY CHECK (key = (bucket * 1048576 + day + 524288) * 1048576 + part),
	bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 255),
	day INTEGER NOT NULL CHECK (day BETWEEN -524288 AND 524287),
	part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 1048575),
	ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
	rows BLOB NOT NULL CHECK (length(rows) > 0)
) STRICT;

-- From a record on, by what a feature's movements are divided; day: which left it.
CREATE TABLE scale (
	subject INTEGER NOT NULL,
	record INTEGER NOT NULL CHECK (record >= 0),
	day INTEGER NOT NULL,
	scale REAL NOT NULL CHECK (scale > 0),
	PRIMARY KEY (subject, record)
) STRICT, WITHOUT ROWID;
