/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reading of one record, as the parts of the reader share it. A part gives
 * what it read and the place behind it; next NULL says that it stopped, and
 * then either the bytes are at fault (value is an enum avro_fault) or reason
 * and what are set. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_READING_H
#define DYETRACE_DECODE_AVRO_READING_H

#include "avro_plan.h"

#define AVRO_FRAMES_MAX (PLAN_SEGMENTS_MAX + 2)

/* Kept out of the loop, whose registers are for the place in the bytes. */
#define COLD __attribute__((noinline))

/* A map or list that is being read. */
struct loop_frame {
	const struct plan_step *step; /* its PLAN_MAP or PLAN_LIST */
	uint64_t left;                /* items of the block */
	const uint8_t *block_end;     /* where the block says it ends, or NULL */
	uint64_t seen;                /* keys of the map that were met */
};

struct avro_reading {
	struct plan *plan;
	struct row *row;
	char *bases[BASE_COUNT];
	struct cell field;            /* of the change that is being read */
	const struct plan_step *step; /* where a map or list goes on */
	/* Why it stopped, where it is not what the bytes are: */
	const char *reason, *what;
	const uint8_t *at; /* NULL: where the step began */
	struct loop_frame *frame, frames[AVRO_FRAMES_MAX];
};

static inline struct cell *
avro_cell_of(const struct avro_reading *reading, const struct plan_step *step)
{
	return (struct cell *)(reading->bases[step->base] + step->offset);
}

/* The change that is being read; the plan has room for it. */
static inline struct cell_change *
avro_change_of(const struct avro_reading *reading)
{
	return (struct cell_change *)reading->bases[BASE_CHANGE];
}

/* Begins a change; what of it is not there is null. */
static inline void
avro_change_begin(struct avro_reading *reading, struct loop_frame *frame)
{
	struct cell_change *change = avro_change_of(reading);

	frame->left--;
	change->old_value.kind = CELL_NULL;
	change->new_value.kind = CELL_NULL;
	reading->field.kind = CELL_ABSENT;
	reading->step = frame->step->after;
}

/* The place of what is wrong, where that is not the step's own. */
static inline struct avro_piece
avro_at(struct avro_reading *reading, const uint8_t *p, struct avro_piece piece)
{
	if (UNLIKELY(!piece.next))
		reading->at = p;
	return piece;
}

struct avro_piece avro_stop(struct avro_reading *reading, const char *reason, const char *what);

/* What a plan's loop calls where it cannot go on by itself (avro_loop.c). Each
 * says in reading->step where the program goes on. */
struct avro_piece avro_map_begin(struct avro_reading *reading, const struct plan_step *step,
    const uint8_t *p, const uint8_t *end);
struct avro_piece avro_map_on(struct avro_reading *reading, const uint8_t *p, const uint8_t *end);
struct avro_piece avro_list_begin(struct avro_reading *reading, const struct plan_step *step,
    const uint8_t *p, const uint8_t *end);
struct avro_piece avro_list_on(struct avro_reading *reading, const uint8_t *p, const uint8_t *end);

/* Passes over a value of any type by its walk. */
struct avro_piece
avro_pass(struct avro_reading *reading, uint32_t walk, const uint8_t *p, const uint8_t *end);

/* Runs the plan from its beginning; *step_at, *p_at: where it stopped. */
struct avro_piece avro_run(struct avro_reading *reading, const uint8_t *p, const uint8_t *end,
    const struct plan_step **step_at, const uint8_t **p_at);

#endif
