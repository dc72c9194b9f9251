/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one record by its plan. The bytes may be hostile: every step stays
 * within them, time is proportional to them, and the stack is one frame for
 * each map or list on a wanted path.
 */
#include <stdio.h>

#include "avro_fill.h"
#include "model/reason.h"

COLD struct avro_piece
avro_stop(struct avro_reading *reading, const char *reason, const char *what)
{
	reading->reason = reason;
	reading->what = what;
	return avro_wrong(AVRO_FAULT_NONE);
}

COLD struct avro_piece
avro_check_text(struct avro_reading *reading, struct text text, struct avro_piece piece)
{
	if (!text_is_utf8(text))
		return avro_stop(reading, REASON_UTF8, "bytes that are not UTF-8");
	if (memchr(text.data, 0, text.size))
		return avro_stop(reading, REASON_NUL, "a NUL in text");
	return piece;
}

COLD struct avro_piece
avro_fill_decimal(
    struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct text bytes;

	if (!piece.next)
		return piece;
	bytes = (struct text){(const char *)piece.next - piece.value, (size_t)piece.value};
	if (!avro_decimal_cell(bytes, step->b, reading->row->arena, avro_cell_of(reading, step)))
		return avro_stop(
		    reading, REASON_NUMBER, "a decimal of no bytes, or of more than can be read");
	return piece;
}

COLD struct avro_piece
avro_fill_uuid(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	if (piece.next)
		avro_uuid_cell(piece.next - 16, reading->row->arena, avro_cell_of(reading, step));
	return piece;
}

COLD struct avro_piece
avro_pass(struct avro_reading *reading, uint32_t walk, const uint8_t *p, const uint8_t *end)
{
	struct avro_spot spot;
	const uint8_t *next = avro_walk_run(reading->plan->walk, walk, p, end, &spot);

	if (next)
		return (struct avro_piece){next, 0};
	reading->at = spot.at;
	return avro_wrong(spot.fault);
}

/* A step may pass over many values in a row: finds the one that is wrong. */
static uint32_t
wrong_piece(const struct plan *plan, uint32_t pc, const uint8_t **p, const uint8_t *end)
{
	const struct plan_step *step = &plan->steps[pc];
	struct avro_piece piece = {NULL, 0};
	uint32_t first = plan->step_pieces[pc], i;

	for (i = 0; i < step->a; i++) {
		if (step->op == PLAN_SKIP_LONGS)
			piece = avro_long(*p, end);
		else if (step->op == PLAN_SKIP_INTS)
			piece = avro_int(*p, end);
		else if (step->op == PLAN_SKIP_TEXTS)
			piece = avro_text(*p, end);
		else
			return first;
		if (!piece.next)
			return first + i;
		*p = piece.next;
	}
	return first;
}

/* "field payload.after.priority: ", nothing for the record itself. */
static void
show_place(const struct plan *plan, uint32_t place, char *out, size_t room)
{
	struct text names[PLAN_SEGMENTS_MAX * 2];
	size_t depth = 0, used = 0;

	out[0] = '\0';
	if (place)
		used = (size_t)snprintf(out, room, "field ");
	for (; place && depth < ARRAY_COUNT(names); place = plan->places[place].up)
		names[depth++] = plan->places[place].name;
	while (depth-- > 0 && used + 16 < room)
		used += (size_t)snprintf(out + used, room - used, "%.*s%s",
		    (int)(names[depth].size < 48 ? names[depth].size : 48), names[depth].data,
		    depth ? "." : ": ");
}

/* What was wrong, and where: never a value. */
static void
explain(const struct avro_reading *reading, struct avro_piece piece, uint32_t pc, const uint8_t *p,
    struct text payload, struct row_problem *problem)
{
	const struct plan *plan = reading->plan;
	const uint8_t *begin = (const uint8_t *)payload.data, *end = begin + payload.size;
	uint32_t place = plan->pieces[wrong_piece(plan, pc, &p, end)];
	char where[160];

	show_place(plan, place, where, sizeof(where));
	if (reading->at)
		p = reading->at;
	row_problem_set(problem, reading->reason ? reading->reason : REASON_AVRO,
	    "%s%s (byte %zu of %zu)", where,
	    reading->what ? reading->what : avro_fault_sentence((enum avro_fault)piece.value),
	    (size_t)(p - begin) + 1, payload.size);
}

/* What the plan's slots hold is the rest of the row, where all of them always hold something. */
static void
set_rest(struct plan *plan, struct row *row)
{
	size_t i;

	row->rest = plan->rest_varies ? plan->rest : plan->slots;
	row->rest_count = plan->rest_varies ? 0 : plan->slot_count;
	for (i = 0; plan->rest_varies && i < plan->slot_count; i++)
		if (plan->slots[i].cell.kind != CELL_ABSENT)
			plan->rest[row->rest_count++] = plan->slots[i];
}

bool
avro_plan_read(struct plan *plan, struct text payload, struct row *row, struct row_problem *problem)
{
	const uint8_t *begin = (const uint8_t *)payload.data, *p_at = begin;
	struct avro_reading reading;
	struct avro_piece piece;
	const struct plan_step *step_at = plan->steps;
	size_t i;

	reading.plan = plan;
	reading.row = row;
	reading.bases[BASE_CELLS] = (char *)row->cells;
	reading.bases[BASE_REST] = (char *)plan->slots;
	reading.bases[BASE_CHANGE] = (char *)plan->changes;
	reading.bases[BASE_FIELD] = (char *)&reading.field;
	reading.frame = reading.frames;
	reading.reason = reading.what = NULL;
	reading.at = NULL;
	for (i = 0; plan->rest_varies && i < plan->slot_count; i++)
		plan->slots[i].cell.kind = CELL_ABSENT;
	row->has_changes = false;
	row->change_count = 0;
	piece = avro_run(&reading, begin, begin + payload.size, &step_at, &p_at);
	if (!piece.next) {
		explain(&reading, piece, (uint32_t)(step_at - plan->steps), p_at, payload, problem);
		return false;
	}
	row->changes = plan->changes;
	set_rest(plan, row);
	if (row->rest_count > ROW_REST_MAX)
		return row_problem_set(problem, REASON_TOO_MANY,
		    "more than %d fields beside those mapped", ROW_REST_MAX);
	return true;
}
