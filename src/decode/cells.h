/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies between a format and the mapping. The mapping says which dotted
 * paths are wanted; a format reader fills a row of cells; compose.c makes the
 * row an event. A reader knows no names of ours, the mapping knows no format.
 */
#ifndef DYETRACE_DECODE_CELLS_H
#define DYETRACE_DECODE_CELLS_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/text.h"

enum cell_kind {
	CELL_ABSENT, /* the record has no such field */
	CELL_NULL,
	CELL_BOOLEAN,
	CELL_LONG,
	CELL_DOUBLE, /* may be NaN or infinite only from Avro */
	CELL_TEXT,   /* UTF-8 without NUL: the reader has checked it */
	CELL_TIME,   /* integer: ms since 1970; Avro's logical times */
	CELL_OTHER,  /* a list or an object where one value is wanted */
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
	uint32_t of; /* which of wanted.rest_paths it is in; 0 without any */
	struct cell cell;
};

#define REST_PATHS_MAX 2

/* What the mapping wants of each record. Lives as long as its decoder; no path twice. */
struct wanted {
	size_t count;
	const struct text *paths; /* [count] dotted: "payload.after.priority" */
	const bool *may_lack;     /* [count] a schema without this path can still be read */
	const bool *aside;        /* [count] not of the record: no reader fills it; NULL: none is */
	struct text wrapper;      /* JSON: all may stand in a member of this name instead */
	struct text changes_path; /* of a list of changes; absent: none is wanted */
	bool rest;                /* every other scalar too, of the record or of rest_paths */
	size_t rest_path_count;   /* 0: of the record; at most REST_PATHS_MAX */
	const struct text *rest_paths; /* names of members, which are among the paths, too */
	size_t except_count;
	const struct text *except; /* names that `rest` leaves out, beside the paths */
};

static inline bool
wanted_of_record(const struct wanted *wanted, size_t cell)
{
	return !wanted->aside || !wanted->aside[cell];
}

/*
 * One record. The decoder sets arena (the batch's) and cells (all CELL_ABSENT)
 * before each read; a reader sets the others. Texts are borrowed from the
 * payload or put into the arena: they live as long as the batch. changes and
 * rest need only live until the next read: the arena's or the reader's own.
 */
struct row {
	struct cell *cells; /* [wanted.count] */
	bool has_changes;   /* the list is there (null or absent: false) */
	struct cell_change *changes;
	size_t change_count;
	struct named_cell *rest;
	size_t rest_count;
	struct arena *arena;
};

/* A wide record has no more fields beside those that are mapped. */
#define ROW_REST_MAX 4096

/* Why a record cannot be read; shown to people, so it quotes names of fields, never their values. */
struct row_problem {
	const char *reason; /* a code of model/reason.h */
	char detail[256];
};

/* Returns false, so that `return row_problem_set(…)` reads well. */
bool row_problem_set(struct row_problem *problem, const char *reason, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* A name from outside goes into a detail through text_show(name, NAME_SHOWN, shown, sizeof(shown)). */
#define NAME_SHOWN 64
#define NAME_SHOWN_BYTES 280

/* As people write the value. Absent of what is absent, null or empty; false of CELL_OTHER. */
bool cell_text(const struct cell *cell, struct arena *arena, struct text *text);

/*
 * A format. A plan is made once for each (schema, mapping) and used for every
 * record of that schema; JSON has one plan. format_reader of each kind stands
 * in the table of decoder.c.
 */
struct message_schema;
struct plan; /* each format has its own */

struct format_reader {
	/*
	 * gives *plan, ended by close. schema: NULL for JSON; it and wanted outlive
	 * the plan. changes_max bounds row.changes; ROW_REST_MAX row.rest. False:
	 * nothing of this schema can be read, and why.
	 */
	bool (*open)(const struct message_schema *schema, const struct wanted *wanted,
	    size_t changes_max, struct plan **plan, struct row_problem *problem);
	/* One record. False: it goes to quarantine, and row holds nothing of use. */
	bool (*read)(
	    struct plan *plan, struct text payload, struct row *row, struct row_problem *problem);
	void (*close)(struct plan *plan); /* accepts NULL */
};

extern const struct format_reader json_reader_format, csv_reader_format, avro_reader_format;

#endif
