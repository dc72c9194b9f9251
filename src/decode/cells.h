/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands between a format and the mapping: the mapping says which dotted
 * paths are wanted, a format reader (JSON, CSV, Avro) fills a row of cells, and
 * the mapping turns the row into an event. Private to decode.
 */
#ifndef DYETRACE_DECODE_CELLS_H
#define DYETRACE_DECODE_CELLS_H

#include "base/arena.h"

enum cell_kind {
	CELL_ABSENT, /* the record has no such path */
	CELL_NULL,
	CELL_BOOLEAN,
	CELL_LONG,
	CELL_DOUBLE,
	CELL_TEXT, /* UTF-8; borrowed from the payload, the row's arena or the reader */
	CELL_TIME, /* ms since 1970-01-01 UTC: Avro's logical times */
};

struct cell {
	enum cell_kind kind;
	union {
		bool boolean;
		int64_t integer;
		double number;
		struct text text;
	};
};

struct cell_change {
	struct text field;
	struct cell old_value, new_value;
};

struct named_cell {
	struct text name;
	struct cell cell;
};

/* Borrowed by the reader for as long as it is open. */
struct wanted {
	size_t count;
	const struct text *paths;    /* dotted */
	struct text changes_path;    /* of a list of changes; absent: none */
	bool rest;		     /* every other top-level scalar too (wide: all) … */
	size_t except_count;	     /* … but not these names */
	const struct text *except;
};

struct row {
	struct cell *cells;	     /* [wanted.count]; the caller's */
	bool has_changes;	     /* the record has a list at changes_path */
	struct cell_change *changes; /* from the arena, as is `rest` */
	size_t change_count;
	struct named_cell *rest;
	size_t rest_count;
	struct arena *arena;	     /* the batch's */
};

/* Why a record gives no row; the record is quarantined. */
struct row_problem {
	const char *reason; /* a code of model/reason.h */
	char detail[256];   /* the particulars, no personal text */
};

#endif
