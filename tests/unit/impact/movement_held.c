/* SPDX-License-Identifier: Apache-2.0 */
#include "movement_held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"

/* --- bytes ---------------------------------------------------------------------------- */

static uint64_t
take_number(struct reader *reader)
{
	uint64_t number = 0, byte;
	unsigned shift = 0;

	do {
		assert_true(reader_left(reader) && shift < 64);
		byte = *reader->next++;
		number |= (byte & 127) << shift;
		shift += 7;
	} while (byte & 128);
	return number;
}

static uint64_t
take_bytes(struct reader *reader, int count)
{
	uint64_t number = 0;
	int i;

	assert_true(reader_left(reader) >= (size_t)count);
	for (i = 0; i < count; i++)
		number |= (uint64_t)*reader->next++ << 8 * i;
	return number;
}

static double
take_double(struct reader *reader)
{
	uint64_t bits = take_bytes(reader, 8);
	double number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

static void
take_sums(struct reader *reader, struct held_cell *cell)
{
	cell->count = take_number(reader);
	cell->magnitude = take_double(reader);
	cell->moved = take_double(reader);
	assert_true(cell->count > 0);
}

static struct held_cell *
more(struct held_cell **cells, size_t *count, size_t *capacity)
{
	memory_grow(cells, capacity, *count + 1, sizeof(**cells));
	(*cells)[*count] = (struct held_cell){0};
	return &(*cells)[(*count)++];
}

static void
take_cells(struct text bytes, struct held_row *row)
{
	struct reader reader = reader_of(bytes);
	uint64_t key, before = 0;
	size_t capacity = 0;

	while (reader_left(&reader)) {
		struct held_cell *cell = more(&row->cells, &row->cell_count, &capacity);
		uint64_t word;

		cell->hour = (uint32_t)take_number(&reader);
		cell->by = (uint32_t)take_number(&reader);
		word = take_number(&reader);
		cell->word = (uint32_t)(word - 1);
		take_sums(&reader, cell);
		assert_true(cell->hour < 24 && cell->by < MOVEMENT_BY_COUNT);
		key = ((uint64_t)cell->hour << 40 | (uint64_t)cell->by << 36 | word) + 1;
		assert_true(key > before);
		before = key;
	}
}

static void
take_top(struct text bytes, struct held_row *row)
{
	struct reader reader = reader_of(bytes);
	size_t capacity = 0;

	while (reader_left(&reader)) {
		struct held_cell *cell = more(&row->top, &row->top_count, &capacity), *before;

		cell->actor = (uint32_t)take_bytes(&reader, 4);
		take_sums(&reader, cell);
		if (row->top_count == 1)
			continue;
		before = cell - 1;
		assert_true(before->magnitude > cell->magnitude ||
		    (before->magnitude == cell->magnitude && before->actor < cell->actor));
	}
	assert_true(row->top_count <= MOVEMENT_TOP);
}

static void
take_actors(struct text bytes, struct held_row *row)
{
	struct reader reader = reader_of(bytes);
	uint64_t actor, subjects, before = 0;
	size_t capacity = 0;
	uint32_t subject;

	while (reader_left(&reader)) {
		actor = take_bytes(&reader, 4);
		assert_true(actor >> 24 == row->bucket && actor + 1 > before);
		before = actor + 1;
		for (subjects = take_number(&reader), subject = 0; subjects; subjects--) {
			struct held_cell *cell = more(&row->cells, &row->cell_count, &capacity);

			cell->actor = (uint32_t)actor;
			cell->subject = (uint32_t)take_number(&reader);
			take_sums(&reader, cell);
			assert_true(cell->subject > subject);
			subject = cell->subject;
		}
	}
}

/* --- the sink ------------------------------------------------------------------------- */

static void
on_subject(void *context, uint32_t number, enum movement_kind kind, struct text name)
{
	struct held *held = context;

	assert_true(held->again ? number > 0 : number == held->subject_count + 1);
	memory_grow(&held->subjects, &held->subject_capacity, number + 1, sizeof(*held->subjects));
	snprintf(held->subjects[number], sizeof(*held->subjects), "%c%.*s",
	    kind == MOVEMENT_FEATURE ? 'f' : 'm', TEXT_PRINT(name));
	if (number > held->subject_count)
		held->subject_count = number;
}

static void
on_word(void *context, uint32_t number, struct text text)
{
	struct held *held = context;

	assert_true(held->again ? number > 0 : number == held->word_count + 1);
	memory_grow(&held->words, &held->word_capacity, number + 1, sizeof(*held->words));
	snprintf(held->words[number], sizeof(*held->words), "%.*s", TEXT_PRINT(text));
	if (number > held->word_count)
		held->word_count = number;
}

static struct held_row *
row_of(struct held *held, const struct held_row *key)
{
	struct held_row *row;

	for (row = held->rows; row < held->rows + held->count; row++)
		if (row->is_day == key->is_day && row->day == key->day &&
		    row->subject == key->subject && row->part == key->part &&
		    row->bucket == key->bucket)
			return row;
	memory_grow(&held->rows, &held->capacity, held->count + 1, sizeof(*row));
	row = &held->rows[held->count++];
	*row = *key;
	return row;
}

static struct held_row *
put_row(struct held *held, const struct held_row *key)
{
	struct held_row *row = row_of(held, key);
	unsigned given = row->given;

	assert_true(!given || !row->ended || held->overwrite);
	memory_free(row->cells);
	memory_free(row->top);
	*row = *key;
	row->given = given + 1;
	return row;
}

static void
on_day(void *context, uint32_t subject, int64_t day, bool ended, uint64_t actor_count, double total,
    double squares, struct text cells, struct text actors)
{
	struct held_row *row = put_row(context,
	    &(struct held_row){
		.is_day = true,
		.ended = ended,
		.subject = subject,
		.day = day,
		.actor_count = actor_count,
		.total = total,
		.squares = squares,
	    });

	assert_true(cells.size > 0);
	take_cells(cells, row);
	take_top(actors, row);
}

static void
on_actors(void *context, int64_t day, uint32_t part, uint32_t bucket, bool ended, struct text rows)
{
	struct held_row *row = put_row(context,
	    &(struct held_row){.ended = ended, .part = part, .bucket = bucket, .day = day});

	assert_true(rows.size > 0);
	take_actors(rows, row);
}

static void
on_scale(void *context, uint32_t subject, uint64_t record, int64_t day, double scale)
{
	struct held *held = context;

	memory_grow(
	    &held->scales, &held->scale_capacity, held->scale_count + 1, sizeof(*held->scales));
	held->scales[held->scale_count++] = (struct held_scale){subject, record, day, scale};
}

void
held_init(struct held *held)
{
	*held = (struct held){0};
	held->sink = (struct movement_sink){
	    .context = held,
	    .subject = on_subject,
	    .word = on_word,
	    .day = on_day,
	    .actors = on_actors,
	    .scale = on_scale,
	};
}

void
held_fini(struct held *held)
{
	size_t i;

	for (i = 0; i < held->count; i++) {
		memory_free(held->rows[i].cells);
		memory_free(held->rows[i].top);
	}
	memory_free(held->rows);
	memory_free(held->scales);
	memory_free(held->subjects);
	memory_free(held->words);
}

/* --- looking -------------------------------------------------------------------------- */

const struct held_row *
held_day(const struct held *held, uint32_t subject, int64_t day)
{
	const struct held_row *row;

	for (row = held->rows; row < held->rows + held->count; row++)
		if (row->is_day && row->subject == subject && row->day == day)
			return row;
	return NULL;
}

const struct held_cell *
held_cell(const struct held_row *row, uint32_t hour, uint32_t by, uint32_t word)
{
	size_t i;

	for (i = 0; i < row->cell_count; i++)
		if (row->cells[i].hour == hour && row->cells[i].by == by &&
		    row->cells[i].word == word)
			return &row->cells[i];
	return NULL;
}

struct held_cell
held_actor(const struct held *held, int64_t day, uint32_t actor, uint32_t subject)
{
	struct held_cell sum = {.actor = actor, .subject = subject};
	const struct held_row *row;
	size_t i;

	for (row = held->rows; row < held->rows + held->count; row++)
		for (i = 0; !row->is_day && row->day == day && row->bucket == actor >> 24 &&
		     i < row->cell_count;
		     i++) {
			if (row->cells[i].actor != actor || row->cells[i].subject != subject)
				continue;
			sum.count += row->cells[i].count;
			sum.magnitude += row->cells[i].magnitude;
			sum.moved += row->cells[i].moved;
		}
	return sum;
}

uint32_t
held_word(const struct held *held, const char *text)
{
	uint32_t i;

	for (i = 1; i <= held->word_count; i++)
		if (strcmp(held->words[i], text) == 0)
			return i;
	return 0;
}
