/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists: one takes new rows while the other is merged. */
#include "identity_index.h"

#include "base/memory.h"

#define CATCH_UP_ENTRIES 32768 /* in one transaction */
#define DIGIT_BITS 11          /* of a bucket's number, for sorting */

void
identity_index_init(
    struct identity_index *index, struct identity_rows *rows, struct identity_meta *meta)
{
	*index = (struct identity_index){.rows = rows, .meta = meta};
	identity_buckets_init(&index->buckets, rows, meta);
	identity_shorts_init(&index->shorts, rows);
}

void
identity_index_fini(struct identity_index *index)
{
	identity_buckets_fini(&index->buckets);
	identity_shorts_fini(&index->shorts);
	memory_free(index->waiting.entries);
	memory_free(index->merging.entries);
	*index = (struct identity_index){0};
}

static void
let_wait(struct identity_index *index, const struct identity_row *row)
{
	struct index_list *list = &index->waiting;

	memory_grow(&list->entries, &list->capacity, list->count + 1, sizeof(*list->entries));
	list->entries[list->count++] = (struct index_entry){
	    .lookup = lookup_number(row->lookup),
	    .short_bits = pseudonym_short(&row->pseudonym),
	    .number = row->number,
	};
	list->last = row->number;
}

void
identity_index_add(struct identity_index *index, const struct identity_row *row)
{
	let_wait(index, row);
	identity_shorts_add(&index->shorts, pseudonym_short(&row->pseudonym));
}

static void
remove_from(struct index_list *list, uint32_t number)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->entries[i].number == number)
			list->entries[i].number = 0;
}

void
identity_index_remove(struct identity_index *index, const struct identity_row *row)
{
	remove_from(&index->waiting, row->number);
	remove_from(&index->merging, row->number);
}

bool
identity_index_find_short(
    struct identity_index *index, uint32_t short_bits, uint32_t *number, struct error *err)
{
	size_t i;

	for (i = 0; i < index->waiting.count; i++)
		if (index->waiting.entries[i].short_bits == short_bits) {
			*number = index->waiting.entries[i].number;
			return true;
		}
	return identity_shorts_find(&index->shorts, short_bits, number, err);
}

/* --- merging ----------------------------------------------------------------------------- */

static size_t
waiting_max(const struct identity_index *index)
{
	uint64_t share = index->meta->rows / INDEX_WAITING_SHARE;

	return share > INDEX_WAITING_MIN ? (size_t)share : INDEX_WAITING_MIN;
}

static bool
is_merged(const struct identity_index *index)
{
	return index->merged == index->merging.count;
}

/* The full list is merged from now on. The other one, all of it merged, is empty. */
static bool
start_merge(struct identity_index *index, struct error *err)
{
	struct index_list full = index->waiting;

	index->waiting = index->merging;
	index->waiting.count = 0;
	index->merging = full;
	index->merged = 0;
	index->sorted = false;
	index->buckets_due = (uint32_t)(index->meta->rows / BUCKET_ENTRIES) + 1;
	return identity_shorts_settle(&index->shorts, full.entries, full.count, err);
}

static void
sort_pass(const struct index_list *from, struct index_entry *to, uint32_t buckets, unsigned shift)
{
	size_t starts[1 << DIGIT_BITS] = {0}, i, sum = 0, size;
	const uint32_t mask = (1 << DIGIT_BITS) - 1;

	for (i = 0; i < from->count; i++)
		starts[identity_bucket_of(from->entries[i].lookup, buckets) >> shift & mask]++;
	for (i = 0; i <= mask; i++) {
		size = starts[i];
		starts[i] = sum;
		sum += size;
	}
	for (i = 0; i < from->count; i++)
		to[starts[identity_bucket_of(from->entries[i].lookup, buckets) >> shift & mask]++] =
		    from->entries[i];
}

/* By bucket, from the lowest digit of its number on. */
static void
sort(struct index_list *list, uint32_t buckets)
{
	struct index_entry *other = memory_get_array(list->capacity, sizeof(*other)), *sorted;
	unsigned shift;

	for (shift = 0; shift < 32 && (buckets - 1) >> shift; shift += DIGIT_BITS) {
		sort_pass(list, other, buckets, shift);
		sorted = other;
		other = list->entries;
		list->entries = sorted;
	}
	memory_free(other);
}

/* All entries of the next one's bucket; *count: how many. */
static bool
merge_bucket(struct identity_index *index, size_t *count, struct error *err)
{
	const struct index_entry *first = &index->merging.entries[index->merged];
	size_t left = index->merging.count - index->merged;
	uint32_t buckets = index->meta->buckets,
		 bucket = identity_bucket_of(first->lookup, buckets);

	for (*count = 1; *count < left; ++*count)
		if (identity_bucket_of(first[*count].lookup, buckets) != bucket)
			break;
	index->merged += *count;
	return identity_buckets_add(&index->buckets, first, *count, err);
}

/* One bucket more, or one bucket's entries. */
static bool
merge_some(struct identity_index *index, size_t *count, struct error *err)
{
	if (index->meta->buckets < index->buckets_due) {
		*count = BUCKET_ENTRIES;
		return identity_buckets_split(&index->buckets, err);
	}
	if (!index->sorted)
		sort(&index->merging, index->meta->buckets);
	index->sorted = true;
	return merge_bucket(index, count, err);
}

bool
identity_index_merge(struct identity_index *index, size_t count, struct error *err)
{
	size_t done;

	if (is_merged(index) && index->waiting.count < waiting_max(index))
		return true;
	if (is_merged(index) && !start_merge(index, err))
		return false;
	for (; count && !is_merged(index); count -= done < count ? done : count)
		if (!merge_some(index, &done, err))
			return false;
	if (is_merged(index))
		index->meta->indexed_to = index->merging.last;
	return true;
}

/* --- when it is opened --------------------------------------------------------------------- */

/* Lets rows that nobody indexed wait, as many as may. */
static bool
read_rows(struct identity_index *index, struct error *err)
{
	uint32_t last = index->meta->indexed_to;
	struct identity_row row;
	bool found = true;

	while (index->waiting.count < waiting_max(index)) {
		if (!identity_rows_next(index->rows, last, &row, &found, err))
			return false;
		if (!found)
			break;
		let_wait(index, &row);
		last = row.number;
	}
	return true;
}

/* One list of them, from the beginning of the merge to its end. */
static bool
catch_up(struct identity_index *index, struct error *err)
{
	if (!identity_rows_begin(index->rows, err) || !start_merge(index, err))
		return false;
	do
		if (!identity_rows_begin(index->rows, err) ||
		    !identity_index_merge(index, CATCH_UP_ENTRIES, err) ||
		    !identity_rows_set_meta(index->rows, index->meta, err) ||
		    !identity_rows_commit(index->rows, err))
			return false;
	while (!is_merged(index));
	return true;
}

bool
identity_index_open(struct identity_index *index, struct error *err)
{
	if (!identity_shorts_load(&index->shorts, err))
		return false;
	for (;;) {
		if (!read_rows(index, err))
			return false;
		if (!index->waiting.count)
			return true;
		if (!catch_up(index, err))
			return false;
	}
}
