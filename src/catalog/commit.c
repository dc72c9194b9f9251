/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One commit is one transaction over all tables. What does not follow the state
 * that is there is refused before anything is written: such rows would be an
 * answer one day.
 */
#include "inside.h"

#include "base/fault.h"

/* --- whether it follows --------------------------------------------------------------- */

static bool
place_follows(const struct catalog_state *state, const struct catalog_block *block)
{
	if (block->segment == state->segment)
		return block->offset == state->segment_bytes;
	return block->segment == state->segment + 1;
}

/* Advances state behind the commit's blocks. */
static bool
follow_blocks(struct catalog *catalog, const struct catalog_commit *commit,
    struct catalog_state *state, struct error *err)
{
	size_t i;

	for (i = 0; i < commit->block_count; i++) {
		const struct catalog_block *block = &commit->blocks[i];

		if (block->number != state->blocks + 1 || block->first_record != state->records ||
		    !place_follows(state, block))
			return catalog_damaged(catalog, err,
			    "block %llu at record %llu, segment %u, byte %lld does not follow "
			    "block %llu",
			    (unsigned long long)block->number,
			    (unsigned long long)block->first_record, block->segment,
			    (long long)block->offset, (unsigned long long)state->blocks);
		state->blocks++;
		state->records += block->records;
		state->segment = block->segment;
		state->segment_bytes = block->offset + block->bytes;
	}
	if (state->records != commit->records)
		return catalog_damaged(catalog, err,
		    "a commit of %llu records, where its blocks end at %llu",
		    (unsigned long long)commit->records, (unsigned long long)state->records);
	return true;
}

static bool
check_chunks(struct catalog *catalog, const struct catalog_commit *commit, uint64_t records_before,
    struct error *err)
{
	uint64_t before = records_before / 1024, after = commit->records / 1024;

	if (commit->chunk_count == after - before &&
	    (!commit->chunk_count || commit->first_chunk == before))
		return true;
	return catalog_damaged(catalog, err,
	    "%zu chunks from %llu, where %llu records make them %llu to %llu", commit->chunk_count,
	    (unsigned long long)commit->first_chunk, (unsigned long long)commit->records,
	    (unsigned long long)before, (unsigned long long)after);
}

/* Ascending, one a record, within the commit's records. */
static bool
check_ids(struct catalog *catalog, const struct catalog_commit *commit, uint64_t records_before,
    struct error *err)
{
	uint64_t next = records_before;
	size_t i;

	for (i = 0; i < commit->id_count; i++) {
		if (commit->ids[i].record < next || commit->ids[i].record >= commit->records)
			return catalog_damaged(catalog, err,
			    "the id of record %llu is out of order",
			    (unsigned long long)commit->ids[i].record);
		next = commit->ids[i].record + 1;
	}
	return true;
}

/* Lineage epochs count from 1 without a hole. */
static bool
follow_epochs(struct catalog *catalog, const struct catalog_commit *commit,
    struct catalog_state *state, struct error *err)
{
	size_t i;

	for (i = 0; i < commit->epoch_count; i++) {
		if (commit->epochs[i].number == 0)
			continue;
		if (commit->epochs[i].number != state->epoch + 1)
			return catalog_damaged(catalog, err, "epoch %u does not follow epoch %u",
			    commit->epochs[i].number, state->epoch);
		state->epoch++;
	}
	return true;
}

/* --- writing it ----------------------------------------------------------------------- */

static bool
put_ids(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	size_t i, from = 0, to;

	for (i = 0; i < commit->block_count; i++) {
		const struct catalog_block *block = &commit->blocks[i];
		uint64_t end = block->first_record + block->records;

		for (to = from; to < commit->id_count && commit->ids[to].record < end; to++)
			;
		if (!id_index_put(catalog, block, commit->ids + from, to - from, err))
			return false;
		from = to;
	}
	return true;
}

static bool
put_blocks(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	size_t i;

	for (i = 0; i < commit->block_count; i++)
		if (!block_put(catalog, &commit->blocks[i], err))
			return false;
	for (i = 0; i < commit->span_count; i++)
		if (!span_put(catalog, &commit->spans[i], err))
			return false;
	for (i = 0; i < commit->chunk_count; i++)
		if (!chunk_put(
			catalog, &fact_chunks, commit->first_chunk + i, commit->chunks[i], err))
			return false;
	return true;
}

static bool
put_rest(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	size_t i;

	for (i = 0; i < commit->quarantined_count; i++)
		if (!quarantined_put(catalog, &commit->quarantined[i], err))
			return false;
	for (i = 0; i < commit->epoch_count; i++)
		if (!epoch_put(catalog, &commit->epochs[i], err))
			return false;
	for (i = 0; i < commit->partition_count; i++)
		if (!partition_put(catalog, commit->partitions[i], err))
			return false;
	return true;
}

static bool
put_all(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	struct catalog_state state;
	uint64_t before;

	if (!catalog_state(catalog, &state, err))
		return false;
	before = state.records;
	return follow_blocks(catalog, commit, &state, err) &&
	    follow_epochs(catalog, commit, &state, err) &&
	    check_chunks(catalog, commit, before, err) && check_ids(catalog, commit, before, err) &&
	    conclusions_follow(catalog, commit, &state, err) && put_blocks(catalog, commit, err) &&
	    put_ids(catalog, commit, err) && put_rest(catalog, commit, err) &&
	    conclusions_put(catalog, commit, err) && movement_put(catalog, commit->movement, err) &&
	    state_put(catalog, &state, commit->frontier, commit->conclusion_frontier, err);
}

bool
catalog_commit(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	if (!database_begin(catalog->database, err))
		return false;
	if (!put_all(catalog, commit, err)) {
		database_rollback(catalog->database);
		return false;
	}
	fault_point("catalog-open");
	if (!database_commit(catalog->database, err))
		return false;
	fault_point("catalog-committed");
	return true;
}
