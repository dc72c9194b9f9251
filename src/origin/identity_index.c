/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists of the same size: one takes new rows while the other is merged. */
#include "identity_index.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

#define INDEX_FULL (INDEX_WAITING_MAX / 4 * 3)
#define CATCH_UP_ENTRIES 8192 /* in one transaction */

void
identity_index_init(struct identity_index *index, struct identity_rows *rows)
{
	*index = (struct identity_index){.rows = rows};
	index->waiting = memory_get_array(INDEX_WAITING_MAX, sizeof(*index->waiting));
	index->merging = memory_get_array(INDEX_WAITING_MAX, sizeof(*index->merging));
	index->shorts = memory_get_array(INDEX_SHORTS, sizeof(*index->shorts));
}

void
identity_index_fini(struct identity_index *index)
{
	memory_free(index->waiting);
	memory_free(index->merging);
	memory_free(index->shorts);
	*index = (struct identity_index){0};
}

/* Short bits are random: their low ones do for a place. */
static uint32_t *
short_slot(const struct identity_index *index, uint32_t short_bits)
{
	uint32_t at = short_bits % INDEX_SHORTS;

	while (index->shorts[at] && index->shorts[at] != short_bits)
		at = (at + 1) % INDEX_SHORTS;
	return &index->shorts[at];
}

bool
identity_index_taken(
    struct identity_index *index, uint32_t short_bits, bool *taken, struct error *err)
{
	/* 0 marks an empty slot. */
	*taken = !short_bits || *short_slot(index, short_bits);
	return *taken || identity_rows_short_taken(index->rows, short_bits, taken, err);
}

void
identity_index_add(struct identity_index *index, const struct identity_row *row)
{
	struct index_entry entry = {
	    .lookup = lookup_number(row->lookup),
	    .short_bits = pseudonym_short(&row->pseudonym),
	    .number = row->number,
	};

	assert(index->waiting_count < INDEX_WAITING_MAX);
	index->waiting[index->waiting_count++] = entry;
	index->last_waiting = row->number;
	*short_slot(index, entry.short_bits) = entry.short_bits;
}

static void
remove_from(struct index_entry *entries, size_t count, uint32_t number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (entries[i].number == number)
			entries[i].number = 0;
}

void
identity_index_remove(struct identity_index *index, const struct identity_row *row)
{
	remove_from(index->waiting, index->waiting_count, row->number);
	remove_from(index->merging, index->merging_count, row->number);
}

static int
lookup_order(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	/* As SQLite orders them, which has signed numbers only. */
	return ((int64_t)x->lookup > (int64_t)y->lookup) -
	    ((int64_t)x->lookup < (int64_t)y->lookup);
}

static int
short_order(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	return (x->short_bits > y->short_bits) - (x->short_bits < y->short_bits);
}

/* The full list is merged from now on. The other one, all of it merged, is empty. */
static void
start_merge(struct identity_index *index)
{
	struct index_entry *full = index->waiting;
	size_t i;

	index->waiting = index->merging;
	index->merging = full;
	index->merging_count = index->waiting_count;
	index->last_merging = index->last_waiting;
	index->waiting_count = index->by_lookup = index->by_short = 0;
	memset(index->shorts, 0, INDEX_SHORTS * sizeof(*index->shorts));
	for (i = 0; i < index->merging_count; i++)
		*short_slot(index, index->merging[i].short_bits) = index->merging[i].short_bits;
	qsort(index->merging, index->merging_count, sizeof(*index->merging), lookup_order);
}

static bool
merge_one(struct identity_index *index, struct error *err)
{
	struct index_entry entry;

	if (index->by_lookup < index->merging_count) {
		entry = index->merging[index->by_lookup++];
		if (index->by_lookup == index->merging_count)
			qsort(index->merging, index->merging_count, sizeof(entry), short_order);
		return !entry.number ||
		    identity_rows_index_lookup(index->rows, entry.lookup, entry.number, err);
	}
	entry = index->merging[index->by_short++];
	return !entry.number ||
	    identity_rows_index_short(index->rows, entry.short_bits, entry.number, err);
}

static bool
is_merged(const struct identity_index *index)
{
	return index->by_short == index->merging_count;
}

bool
identity_index_merge(
    struct identity_index *index, size_t count, struct identity_meta *meta, struct error *err)
{
	if (is_merged(index) && index->waiting_count >= INDEX_FULL)
		start_merge(index);
	if (is_merged(index))
		return true;
	for (; count && !is_merged(index); count--)
		if (!merge_one(index, err))
			return false;
	if (is_merged(index))
		meta->indexed_to = index->last_merging;
	return true;
}

/* Lets rows that nobody indexed wait, as many as may. */
static bool
read_rows(struct identity_index *index, uint32_t last, struct error *err)
{
	struct identity_row row;
	bool found = true;

	while (index->waiting_count < INDEX_FULL) {
		if (!identity_rows_next(index->rows, last, &row, &found, err))
			return false;
		if (!found)
			break;
		identity_index_add(index, &row);
		last = row.number;
	}
	return true;
}

bool
identity_index_catch_up(struct identity_index *index, struct identity_meta *meta, struct error *err)
{
	for (;;) {
		if (!read_rows(index, meta->indexed_to, err))
			return false;
		if (!index->waiting_count)
			return true;
		start_merge(index);
		while (!is_merged(index))
			if (!identity_rows_begin(index->rows, err) ||
			    !identity_index_merge(index, CATCH_UP_ENTRIES, meta, err) ||
			    !identity_rows_set_meta(index->rows, meta, err) ||
			    !identity_rows_commit(index->rows, err))
				return false;
	}
}
