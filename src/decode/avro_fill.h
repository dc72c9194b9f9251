/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a piece of the bytes to a cell: one function for each kind of value.
 * Inline, because the loop of avro_run.c is made of them. Private to decode.
 */
#ifndef DYETRACE_DECODE_AVRO_FILL_H
#define DYETRACE_DECODE_AVRO_FILL_H

#include "avro_plain.h"
#include "avro_reading.h"

/* Text that is not plain: it may be UTF-8, or it stops the reading (avro_read.c). */
struct avro_piece
avro_check_text(struct avro_reading *reading, struct text text, struct avro_piece piece);
/* Values of which there are few. */
struct avro_piece avro_fill_decimal(
    struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece);
struct avro_piece
avro_fill_uuid(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece);

static inline struct avro_piece
fill_text(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece,
    const uint8_t *end)
{
	struct cell *cell = avro_cell_of(reading, step);
	const uint8_t *data;

	if (UNLIKELY(!piece.next))
		return piece;
	data = piece.next - piece.value;
	cell->kind = CELL_TEXT;
	cell->text = (struct text){(const char *)data, (size_t)piece.value};
	if (LIKELY(avro_is_plain(data, (size_t)piece.value, end)))
		return piece;
	return avro_check_text(
	    reading, (struct text){(const char *)data, (size_t)piece.value}, piece);
}

static inline void
fill_null(struct avro_reading *reading, const struct plan_step *step)
{
	avro_cell_of(reading, step)->kind = CELL_NULL;
}

static inline struct avro_piece
fill_boolean(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);

	cell->kind = CELL_BOOLEAN;
	cell->boolean = piece.value;
	return piece;
}

static inline struct avro_piece
fill_integer(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);

	cell->kind = CELL_LONG;
	cell->integer = piece.value;
	return piece;
}

static inline struct avro_piece
fill_double(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);
	uint64_t bits;

	if (UNLIKELY(!piece.next))
		return piece;
	bits = avro_load_8(piece.next - 8);
	cell->kind = CELL_DOUBLE;
	memcpy(&cell->number, &bits, sizeof(cell->number));
	return piece;
}

static inline struct avro_piece
fill_float(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);
	uint32_t bits;
	float number;

	if (UNLIKELY(!piece.next))
		return piece;
	bits = avro_load_4(piece.next - 4);
	memcpy(&number, &bits, sizeof(number));
	cell->kind = CELL_DOUBLE;
	cell->number = (double)number;
	return piece;
}

static inline struct avro_piece
fill_symbol(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);

	if (UNLIKELY(!piece.next))
		return piece;
	cell->kind = CELL_TEXT;
	cell->text = step->symbols[piece.value];
	return piece;
}

/* Finer than a millisecond is cut towards the past, not rounded. */
static inline struct avro_piece
fill_time(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);
	int64_t units = step->a;

	cell->kind = CELL_TIME;
	if (LIKELY(units == 1))
		cell->integer = piece.value;
	else
		cell->integer = piece.value / units - (piece.value % units < 0);
	return piece;
}

static inline struct avro_piece
fill_date(struct avro_reading *reading, const struct plan_step *step, struct avro_piece piece)
{
	struct cell *cell = avro_cell_of(reading, step);

	cell->kind = CELL_TIME;
	/* Where an int was read: what is at fault is less than that. */
	cell->integer = piece.value * 86400000;
	return piece;
}

#endif
