/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader holds who keeps each row that movement_rows() gave: the newest of each key.
 * Fails the test when a final row is given twice or changes, or bytes do not follow their format.
 */
#ifndef DYETRACE_TESTS_MOVEMENT_HELD_H
#define DYETRACE_TESTS_MOVEMENT_HELD_H

#include "base/buffer.h"
#include "model/movement.h"

struct held_cell {
	uint32_t hour, by, word; /* of cells */
	uint32_t actor, subject; /* of actors; the top has no subject */
	uint64_t count;
	double magnitude, moved;
};

struct held_row { /* of a subject's day, or of actors */
	bool is_day, ended;
	uint32_t subject, part, bucket;
	int64_t day;
	uint64_t actor_count;
	double total, squares;
	size_t cell_count, top_count; /* of actors: cells */
	struct held_cell *cells, *top;
	unsigned given;
};

struct held_scale {
	uint32_t subject;
	uint64_t record;
	int64_t day;
	double scale;
};

struct held {
	struct held_row *rows;
	size_t count, capacity;
	struct held_scale *scales;
	size_t scale_count, scale_capacity;
	char (*subjects)[64]; /* [number] a letter for the kind, then the name */
	size_t subject_count, subject_capacity;
	char (*words)[64]; /* [number] */
	size_t word_count, word_capacity;
	bool again;     /* names may come again: after an open */
	bool overwrite; /* final rows may come again, the same */
	struct movement_sink sink;
};

void held_init(struct held *held);
void held_fini(struct held *held);
/* NULL: was never given. */
const struct held_row *held_day(const struct held *held, uint32_t subject, int64_t day);
const struct held_cell *
held_cell(const struct held_row *row, uint32_t hour, uint32_t by, uint32_t word);
/* Added over all parts of a day. */
struct held_cell held_actor(const struct held *held, int64_t day, uint32_t actor, uint32_t subject);
uint32_t held_word(const struct held *held, const char *text); /* 0: is none */

#endif
