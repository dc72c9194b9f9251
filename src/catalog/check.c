/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rows against what must hold between them, each rule as schemas/catalog
 * states it. Whether they are what the ledger says is for those who read both.
 */
#include "inside.h"

#include "base/memory.h"

struct totals {
	uint64_t records, blocks, events, ids;
};

/* --- blocks --------------------------------------------------------------------------- */

static bool
check_block(struct catalog *catalog, const struct catalog_block *before,
    const struct catalog_block *block, struct error *err)
{
	bool place = block->segment == before->segment
	    ? block->offset == before->offset + before->bytes
	    : block->segment == before->segment + 1;

	if (block->number != before->number + 1 ||
	    block->first_record != before->first_record + before->records || !place)
		return catalog_damaged(catalog, err, "block %llu does not follow block %llu",
		    (unsigned long long)block->number, (unsigned long long)before->number);
	if (block->events > block->records || block->records > block->objects)
		return catalog_damaged(catalog, err,
		    "block %llu: %u events, %u records, %u objects",
		    (unsigned long long)block->number, block->events, block->records,
		    block->objects);
	return true;
}

/* The state's ends are compared with the last block by state_check(). */
static bool
check_blocks(struct catalog *catalog, struct totals *totals, struct error *err)
{
	struct catalog_block before = {0}, block;
	struct statement *statement;
	bool row, done;

	if (!catalog_sql_own(catalog, SQL_BLOCKS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		block_row_read(statement, 0, &block);
		done = check_block(catalog, &before, &block, err);
		if (!done)
			break;
		totals->events += block.events;
		before = block;
	}
	statement_close(statement);
	totals->records = before.first_record + before.records;
	totals->blocks = before.number;
	return done;
}

/* --- partitions and their spans ------------------------------------------------------- */

struct span_walk {
	struct catalog *catalog;
	struct statement *spans;
	struct catalog_span span;
	bool row; /* whether span holds one that was not consumed yet */
	struct error *err;
};

static bool
next_span(struct span_walk *walk)
{
	if (!statement_step(walk->spans, &walk->row, walk->err))
		return false;
	if (!walk->row)
		return true;
	span_read(walk->spans, 0, &walk->span);
	if (statement_is_null(walk->spans, 6) ||
	    walk->span.end_record > (uint64_t)statement_long(walk->spans, 7))
		return catalog_damaged(walk->catalog, walk->err,
		    "partition %u from %lld stands in block %llu, which does not reach so far",
		    walk->span.partition, (long long)walk->span.first_offset,
		    (unsigned long long)walk->span.block);
	return true;
}

/* Its spans cover start to next_offset. */
static bool
check_spans_of(struct span_walk *walk, const struct partition *partition)
{
	int64_t covered = partition->start;

	while (walk->row && walk->span.partition == partition->number) {
		if (walk->span.first_offset != covered)
			return catalog_damaged(walk->catalog, walk->err,
			    "partition %u: %lld follows %lld", partition->number,
			    (long long)walk->span.first_offset, (long long)covered);
		covered = walk->span.end_offset;
		if (!next_span(walk))
			return false;
	}
	if (covered != partition->next_offset)
		return catalog_damaged(walk->catalog, walk->err,
		    "partition %u: blocks hold it up to %lld, its row says %lld", partition->number,
		    (long long)covered, (long long)partition->next_offset);
	return true;
}

static bool
visit_partition(void *context, const struct partition *partition)
{
	struct span_walk *walk = context;
	int64_t positions = partition->next_offset - partition->start;
	int64_t accounted =
	    partition->recorded + partition->quarantined + partition->filtered + partition->gaps;

	if (positions != accounted)
		return catalog_damaged(walk->catalog, walk->err,
		    "partition %u: %lld positions, %lld accounted for", partition->number,
		    (long long)positions, (long long)accounted);
	return check_spans_of(walk, partition);
}

static bool
check_partitions(struct catalog *catalog, struct error *err)
{
	struct error found = {0};
	struct span_walk walk = {.catalog = catalog, .err = &found};
	bool done;

	if (!catalog_sql_own(catalog, SQL_SPANS, &walk.spans, err))
		return false;
	done = next_span(&walk) && catalog_partitions(catalog, visit_partition, &walk, &found);
	if (done && found.kind == ERROR_NONE && walk.row)
		catalog_damaged(catalog, &found, "spans of partition %u, which is not there",
		    walk.span.partition);
	statement_close(walk.spans);
	if (found.kind != ERROR_NONE)
		return error_set(err, found.kind, "%s", found.text);
	return true;
}

/* --- the id index --------------------------------------------------------------------- */

struct id_walk {
	struct catalog *catalog;
	uint64_t group;
	uint8_t *seen; /* a bit for each record of the group */
	uint64_t *ids;
	uint64_t records;
};

static void
begin_group(struct id_walk *walk, uint64_t group)
{
	walk->group = group;
	memset(walk->seen, 0, ID_GROUP_RECORDS / 8);
}

static bool
check_pair(struct id_walk *walk, struct id_pair pair, struct error *err)
{
	uint64_t record = walk->group << ID_GROUP_BITS | pair.record;
	uint8_t *seen = &walk->seen[pair.record / 8], bit = (uint8_t)(1u << pair.record % 8);

	if (record >= walk->records)
		return catalog_damaged(walk->catalog, err,
		    "an id of record %llu, which is not there", (unsigned long long)record);
	if (*seen & bit)
		return catalog_damaged(
		    walk->catalog, err, "two ids of record %llu", (unsigned long long)record);
	*seen |= bit;
	++*walk->ids;
	return true;
}

/* bucket ID_BUCKETS: a row of the tail, not sorted by fingerprints but by records. */
static bool
check_pairs(struct id_walk *walk, struct text row, uint32_t bucket, struct error *err)
{
	uint64_t before = 0, order;
	size_t at;

	for (at = 0; at + ID_PAIR_BYTES <= row.size; at += ID_PAIR_BYTES) {
		struct id_pair pair = id_pair_of(id_key_at((const uint8_t *)row.data + at));

		if (!check_pair(walk, pair, err))
			return false;
		order = bucket == ID_BUCKETS ? (uint64_t)pair.record + 1
					     : id_key(pair.fingerprint, pair.record) + 1;
		if (order <= before ||
		    (bucket != ID_BUCKETS && id_bucket(pair.fingerprint) != bucket))
			return catalog_damaged(walk->catalog, err, "ids of group %llu out of order",
			    (unsigned long long)walk->group);
		before = order;
	}
	return true;
}

static bool
check_group_rows(struct id_walk *walk, struct statement *statement, struct error *err)
{
	uint64_t number, groups = walk->records >> ID_GROUP_BITS;
	bool row;

	begin_group(walk, 0);
	for (;;) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row)
			return true;
		number = statement_u64(statement, 0);
		if (number >> ID_BUCKET_BITS >= groups)
			return catalog_damaged(walk->catalog, err,
			    "a group of ids that is not complete: %llu",
			    (unsigned long long)(number >> ID_BUCKET_BITS));
		if (number >> ID_BUCKET_BITS != walk->group)
			begin_group(walk, number >> ID_BUCKET_BITS);
		if (!check_pairs(
			walk, statement_text(statement, 1), (uint32_t)number % ID_BUCKETS, err))
			return false;
	}
}

static bool
check_tail_rows(struct id_walk *walk, struct statement *statement, struct error *err)
{
	bool row;

	begin_group(walk, walk->records >> ID_GROUP_BITS);
	for (;;) {
		if (!statement_step(statement, &row, err))
			return false;
		if (!row)
			return true;
		if (!check_pairs(walk, statement_text(statement, 1), ID_BUCKETS, err))
			return false;
	}
}

static bool
check_ids(struct catalog *catalog, struct totals *totals, struct error *err)
{
	struct id_walk walk = {.catalog = catalog, .ids = &totals->ids, .records = totals->records};
	struct statement *groups = NULL, *tail = NULL;
	bool done;

	walk.seen = memory_get(ID_GROUP_RECORDS / 8);
	done = catalog_sql_own(catalog, SQL_ID_BUCKETS, &groups, err) &&
	    check_group_rows(&walk, groups, err) &&
	    catalog_sql_own(catalog, SQL_ID_TAIL, &tail, err) && check_tail_rows(&walk, tail, err);
	statement_close(groups);
	statement_close(tail);
	memory_free(walk.seen);
	if (done && totals->ids > totals->events)
		return catalog_damaged(catalog, err, "%llu ids of %llu events",
		    (unsigned long long)totals->ids, (unsigned long long)totals->events);
	return done;
}

/* --- the rest ------------------------------------------------------------------------- */

/* Each partition's own count against the rows that are still put aside. */
static bool
check_quarantined(struct catalog *catalog, struct error *err)
{
	struct statement *statement;
	bool row, done;

	if (!catalog_sql_own(catalog, SQL_QUARANTINED_COUNTS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row) {
		if (statement_long(statement, 1) == statement_long(statement, 2))
			continue;
		done = catalog_damaged(catalog, err,
		    "partition %lld: %lld positions in quarantine, %lld rows of them",
		    (long long)statement_long(statement, 0),
		    (long long)statement_long(statement, 1),
		    (long long)statement_long(statement, 2));
		break;
	}
	statement_close(statement);
	return done;
}

struct epoch_walk {
	uint32_t last;
	uint64_t records;
	bool broken;
};

static bool
visit_epoch(void *context, const struct catalog_epoch *epoch)
{
	struct epoch_walk *walk = context;

	walk->broken = epoch->record >= walk->records ||
	    (epoch->number != 0 && epoch->number != walk->last + 1);
	if (epoch->number != 0)
		walk->last = epoch->number;
	return !walk->broken;
}

static bool
check_epochs(struct catalog *catalog, const struct totals *totals, struct error *err)
{
	struct epoch_walk walk = {.records = totals->records};
	struct catalog_state state;

	if (!catalog_state(catalog, &state, err) ||
	    !catalog_epochs(catalog, visit_epoch, &walk, err))
		return false;
	if (walk.broken || walk.last != state.epoch)
		return catalog_damaged(
		    catalog, err, "lineage epochs break off at %u of %u", walk.last, state.epoch);
	return true;
}

static bool
check_chunks(struct catalog *catalog, const struct totals *totals, struct error *err)
{
	uint64_t count = totals->records / 1024;
	uint8_t(*roots)[CATALOG_HASH_BYTES] = memory_get_array((size_t)count, CATALOG_HASH_BYTES);
	bool done = catalog_chunks(catalog, count, roots, err);

	memory_free(roots);
	return done;
}

static bool
check_rows(struct catalog *catalog, struct error *err)
{
	struct totals totals = {0};

	return check_blocks(catalog, &totals, err) && check_partitions(catalog, err) &&
	    check_ids(catalog, &totals, err) && check_quarantined(catalog, err) &&
	    check_epochs(catalog, &totals, err) && check_chunks(catalog, &totals, err) &&
	    conclusions_check(catalog, err) && movement_check(catalog, err);
}

bool
catalog_check(struct catalog *catalog, struct error *err)
{
	bool done;

	if (!database_check(catalog->database, err) || !state_check(catalog, err) ||
	    !database_begin_read(catalog->database, err))
		return false;
	done = check_rows(catalog, err);
	database_rollback(catalog->database);
	return done;
}
