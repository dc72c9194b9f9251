-- Which pseudonym stands for whom. src/origin/identity_rows.h says what each table is for.
CREATE TABLE meta (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	key_check BLOB NOT NULL,
	last_number INTEGER NOT NULL,
	rows INTEGER NOT NULL
);
CREATE TABLE identity (
	number INTEGER PRIMARY KEY,
	lookup BLOB NOT NULL UNIQUE,
	pseudonym BLOB NOT NULL,
	short INTEGER NOT NULL UNIQUE,
	sealed BLOB NOT NULL
);
CREATE TABLE erased (
	short INTEGER PRIMARY KEY,
	pseudonym BLOB NOT NULL
);
