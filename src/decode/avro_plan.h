/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How records of one Avro schema are read for one mapping: a flat program,
 * compiled once, whose steps fill cells with what is wanted and pass over the
 * rest. avro_plan.c opens it, avro_compile.c makes its steps, avro_read.c reads
 * a record by it. Private to decode.
 *
 * What becomes of a type: int and long a long, float and double a double,
 * string and bytes text (UTF-8 or the record is refused), an enum its symbol,
 * null a null; a union what its branch is. timestamp-*, local-timestamp-*
 * (taken as UTC) and date a time; time-* the number; decimal a long or double
 * where that holds every digit, else text; a uuid its text; another fixed as
 * bytes. A path leads through records, unions and a map's keys; what is not
 * there leaves the cell absent. Changes are an array of records (or maps) with
 * field, old and new.
 *
 * Everything that is passed over is checked like what is read, but for two:
 * whether text is UTF-8, and what stands in blocks of an array or map that say
 * their size in bytes.
 */
#ifndef DYETRACE_DECODE_AVRO_PLAN_H
#define DYETRACE_DECODE_AVRO_PLAN_H

#include "base/avro_schema.h"
#include "base/avro_walk.h"
#include "cells.h"

enum plan_op {
	PLAN_END,
	/* pass over */
	PLAN_SKIP_BYTES, /* a: how many, of several types in a row */
	PLAN_SKIP_LONGS, /* a: how many integers */
	PLAN_SKIP_INTS,
	PLAN_SKIP_TEXTS, /* a: how many strings or bytes */
	PLAN_SKIP_BOOLEAN,
	PLAN_SKIP_SYMBOL,       /* a: symbols of the enum */
	PLAN_SKIP_TEXT_OR_NULL, /* of two branches b is null, the other a string or bytes */
	PLAN_SKIP_TEXT_LIST,    /* an array (a: 1) or map (a: 2) of strings or bytes */
	PLAN_WALK,              /* a: number of the walk over a whole type */
	/* go on elsewhere */
	PLAN_NULLABLE, /* of two branches b is null: then goes on at a */
	PLAN_NULL_OR,  /* the same; the cell becomes null first */
	PLAN_UNION,    /* a: branches; targets[b + i]: where branch i goes on */
	PLAN_MAP,      /* loops[b]; behind it: a */
	PLAN_MAP_NEXT,
	PLAN_LIST, /* the changes; loops[b]; behind it: a */
	PLAN_LIST_NEXT,
	/* fill the cell */
	PLAN_NULL,
	PLAN_BOOLEAN,
	PLAN_INT,
	PLAN_LONG,
	PLAN_FLOAT,
	PLAN_DOUBLE,
	PLAN_TEXT,
	PLAN_TEXT_OR_NULL, /* of two branches b is null */
	PLAN_ONE_OF, /* a: branches; targets[b + i]: the operation that fills the cell from branch i */
	PLAN_ONE_OF_WORDS, /* the same, where they are null, int, long, double or text */
	PLAN_FIXED,        /* a: bytes */
	PLAN_SYMBOL,       /* a: symbols */
	PLAN_TIME,         /* a: of the moment's unit in a millisecond */
	PLAN_DATE,
	PLAN_DECIMAL,       /* b: scale */
	PLAN_DECIMAL_FIXED, /* a: bytes; b: scale */
	PLAN_UUID_FIXED,
	PLAN_OTHER,       /* what follows is no single value */
	PLAN_REFUSE_LIST, /* what stands here is no list of changes */
};

/* Which of the row's cells a step means: bytes from one of these. */
enum plan_base {
	BASE_CELLS,
	BASE_REST,
	BASE_CHANGE,
	BASE_FIELD,
	BASE_COUNT
};

struct plan_step {
	uint16_t op, base;
	uint32_t offset; /* bytes */
	uint32_t a, b;
	const struct text *symbols; /* of an enum */
	union {                     /* the step that follows, unless this one goes elsewhere */
		uint32_t next;      /* while compiling */
		const struct plan_step *after;
	};
};

/* An array or map that is walked item by item. */
struct plan_loop {
	uint64_t min_bytes;    /* of an item */
	uint32_t walk;         /* over a map's value that is not wanted */
	uint32_t first, count; /* of keys */
};

struct plan_key {
	struct text name;
	uint32_t pc; /* where its value is read */
};

/* Where in a record something stands, for messages: a name within another place. */
struct plan_place {
	uint32_t up; /* 0: the record itself */
	struct text name;
};

#define PLAN_SEGMENTS_MAX 32 /* names in a path */
#define PLAN_KEYS_MAX 64     /* wanted keys of one map */
#define PLAN_SIZE_MAX 500000 /* steps and places: unions within unions multiply */

struct plan {
	struct avro_schema *schema;
	struct avro_walk *walk;
	const struct wanted *wanted;
	size_t changes_max;
	struct arena arena; /* while compiling: lists of wants */
	bool *found;        /* [wanted.count]: the schema has the path */

	struct plan_step *steps;
	uint32_t *step_pieces; /* [pc]: the first of its pieces */
	uint32_t *pieces;      /* the place of each value that a step reads or passes over */
	struct plan_place *places;
	uint32_t *targets, *walks; /* walks[order]: number + 1 of the walk over that node */
	struct plan_loop *loops;
	struct plan_key *keys;
	size_t count, capacity, step_piece_capacity, piece_count, piece_capacity, place_count,
	    place_capacity, target_count, target_capacity, loop_count, loop_capacity, key_count,
	    key_capacity;
	bool too_large;
	size_t joint; /* steps below it are not to be lengthened: something goes on behind them */

	struct named_cell *slots; /* of the rest: names stand, cells are filled by each read */
	struct named_cell *rest; /* those slots that hold something, where that differs by record */
	size_t slot_count, slot_capacity;
	bool rest_varies;
	struct cell_change *changes;
	size_t change_capacity;
};

bool avro_plan_read(
    struct plan *plan, struct text payload, struct row *row, struct row_problem *problem);

/* False: too long, or of no bytes. Long where there is no fraction and 64 bits
 * hold it, double where its 15 digits hold it, else text in the arena. */
bool
avro_decimal_cell(struct text big_endian, uint32_t scale, struct arena *arena, struct cell *cell);
/* 16 bytes to their text form. Source: RFC 4122 section 3. */
void avro_uuid_cell(const uint8_t *bytes, struct arena *arena, struct cell *cell);

#endif
