/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an event's id to its record, at 6 bytes an event.
 *
 * Records stand in groups of 262,144. An id is a pair {fingerprint: the lower 30
 * bits of its identity, record: within the group}. Once the last record of a
 * group is committed its pairs are sorted and cut into 512 rows by the upper bits
 * of the fingerprint, each about one page, written once and never again; a search
 * reads one row a group. Until then the pairs stand as they came, one row a block
 * (id_tail), and a search reads them all. Rows are only ever added behind the last:
 * by bucket they would be found sooner, and a commit would write a page for each.
 *
 * Which rows there are depends on the blocks and the number of records alone, so
 * any cut into commits leaves the same. A block across the border of two groups
 * has its first part in the one and leaves the rest in the tail.
 */
#include "inside.h"

#include <assert.h>

#include "base/memory.h"

/* --- the tail ------------------------------------------------------------------------- */

static void
add_key(struct buffer *pairs, uint64_t key)
{
	key = __builtin_bswap64(key << (64 - 8 * ID_PAIR_BYTES));
	buffer_add(pairs, &key, ID_PAIR_BYTES);
}

static bool
put_pairs(struct catalog *catalog, enum catalog_sql which, uint64_t number,
    const struct buffer *pairs, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, which, &statement, err))
		return false;
	statement_bind_u64(statement, 1, number);
	statement_bind_blob(statement, 2, buffer_text(pairs));
	return statement_run(statement, err);
}

/* Those of the ids that are of `group`; *used: how many. */
static bool
put_tail(struct catalog *catalog, uint64_t block, uint64_t group, const struct catalog_id *ids,
    size_t count, size_t *used, struct error *err)
{
	struct buffer pairs = {0};
	bool done;
	size_t i;

	for (i = 0; i < count && ids[i].record >> ID_GROUP_BITS == group; i++)
		add_key(&pairs, id_key(id_fingerprint(ids[i].identity), ids[i].record));
	*used = i;
	done = i == 0 || put_pairs(catalog, SQL_ID_TAIL_PUT, block, &pairs, err);
	buffer_fini(&pairs);
	return done;
}

/* --- a complete group ----------------------------------------------------------------- */

struct sorting {
	uint64_t *keys, *other; /* one record once: ID_GROUP_RECORDS of each */
	size_t count;
};

static bool
add_row(struct catalog *catalog, struct sorting *sorting, struct text row, struct error *err)
{
	size_t at;

	if (row.size % ID_PAIR_BYTES != 0 ||
	    row.size / ID_PAIR_BYTES > ID_GROUP_RECORDS - sorting->count)
		return catalog_damaged(catalog, err, "more ids than records in a group");
	for (at = 0; at < row.size; at += ID_PAIR_BYTES)
		sorting->keys[sorting->count++] = id_key_at((const uint8_t *)row.data + at);
	return true;
}

static bool
read_tail(struct catalog *catalog, struct sorting *sorting, struct error *err)
{
	struct statement *statement;
	bool row, done;

	if (!catalog_sql(catalog, SQL_ID_TAIL, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		done = add_row(catalog, sorting, statement_text(statement, 1), err);
		if (!done)
			break;
	}
	statement_reset(statement);
	return done;
}

/* One pass of a radix sort by 8 bits, stable. */
static void
sort_pass(struct sorting *sorting, unsigned shift)
{
	size_t counts[257] = {0}, i;
	uint64_t *swap = sorting->keys;

	for (i = 0; i < sorting->count; i++)
		counts[(sorting->keys[i] >> shift & 0xff) + 1]++;
	for (i = 1; i < 256; i++)
		counts[i] += counts[i - 1];
	for (i = 0; i < sorting->count; i++)
		sorting->other[counts[sorting->keys[i] >> shift & 0xff]++] = sorting->keys[i];
	sorting->keys = sorting->other;
	sorting->other = swap;
}

/* Pairs come ascending by record, so that only the fingerprints need sorting. */
static void
sort_pairs(struct sorting *sorting)
{
	unsigned shift;

	for (shift = ID_GROUP_BITS; shift < ID_GROUP_BITS + ID_FINGERPRINT_BITS; shift += 8)
		sort_pass(sorting, shift);
}

static bool
put_group(struct catalog *catalog, uint64_t group, const struct sorting *sorting, struct error *err)
{
	struct buffer pairs = {0};
	bool done = true;
	size_t i = 0;

	while (done && i < sorting->count) {
		uint32_t bucket = id_bucket(id_pair_of(sorting->keys[i]).fingerprint);

		pairs.size = 0;
		for (; i < sorting->count; i++) {
			if (id_bucket(id_pair_of(sorting->keys[i]).fingerprint) != bucket)
				break;
			add_key(&pairs, sorting->keys[i]);
		}
		done = put_pairs(
		    catalog, SQL_ID_BUCKET_PUT, group << ID_BUCKET_BITS | bucket, &pairs, err);
	}
	buffer_fini(&pairs);
	return done;
}

/* Turns the tail, which holds all of the group and nothing else, into its rows. */
static bool
complete_group(struct catalog *catalog, uint64_t group, struct error *err)
{
	struct sorting sorting = {0};
	struct statement *clear;
	bool done;

	sorting.keys = memory_get_array(ID_GROUP_RECORDS, sizeof(*sorting.keys));
	sorting.other = memory_get_array(ID_GROUP_RECORDS, sizeof(*sorting.other));
	done = read_tail(catalog, &sorting, err);
	if (done) {
		sort_pairs(&sorting);
		done = put_group(catalog, group, &sorting, err) &&
		    catalog_sql(catalog, SQL_ID_TAIL_CLEAR, &clear, err) &&
		    statement_run(clear, err);
	}
	memory_free(sorting.keys);
	memory_free(sorting.other);
	return done;
}

bool
id_index_put(struct catalog *catalog, const struct catalog_block *block,
    const struct catalog_id *ids, size_t count, struct error *err)
{
	uint64_t end = block->first_record + block->records;
	uint64_t group = block->first_record >> ID_GROUP_BITS;
	size_t used;

	for (;; group++) {
		if (!put_tail(catalog, block->number, group, ids, count, &used, err))
			return false;
		ids += used;
		count -= used;
		if (end >> ID_GROUP_BITS == group)
			break;
		if (!complete_group(catalog, group, err))
			return false;
	}
	assert(count == 0);
	return true;
}
