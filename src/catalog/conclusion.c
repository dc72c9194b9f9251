/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the conclusions of a block of facts stand: their rows, what must hold
 * between them, and the questions. The chunks of their tree are in chunk.c.
 */
#include "inside.h"

#include "base/memory.h"

static void
read_row(struct statement *statement, struct catalog_conclusions *row)
{
	*row = (struct catalog_conclusions){
	    .number = statement_u64(statement, 0),
	    .segment = (uint32_t)statement_long(statement, 1),
	    .offset = statement_long(statement, 2),
	    .bytes = statement_long(statement, 3),
	    .records = (uint32_t)statement_long(statement, 4),
	    .first_conclusion = statement_u64(statement, 5),
	    .first_fact = statement_u64(statement, 6),
	    .last_fact = statement_u64(statement, 7),
	    .identity = statement_u64(statement, 8),
	};
}

/* --- writing -------------------------------------------------------------------------- */

static bool
place_follows(const struct catalog_state *state, const struct catalog_conclusions *row)
{
	if (row->segment == state->conclusion_segment)
		return row->offset == state->conclusion_bytes;
	return row->segment == state->conclusion_segment + 1;
}

/* Whether its facts are of the block, which has at least one for each. */
static bool
is_within(const struct catalog_conclusions *row, uint64_t first_record, uint64_t records)
{
	return row->records && row->first_fact >= first_record &&
	    row->last_fact >= row->first_fact && row->last_fact - first_record < records &&
	    row->last_fact - row->first_fact >= row->records - 1;
}

static bool
check_follows(struct catalog *catalog, const struct catalog_conclusions *row,
    const struct catalog_block *block, const struct catalog_state *state, struct error *err)
{
	if (block && row->first_conclusion == state->conclusions && place_follows(state, row) &&
	    is_within(row, block->first_record, block->records))
		return true;
	return catalog_damaged(catalog, err,
	    "%u conclusions from %llu, of block %llu, at segment %u, byte %lld, do not follow %llu",
	    row->records, (unsigned long long)row->first_conclusion,
	    (unsigned long long)row->number, row->segment, (long long)row->offset,
	    (unsigned long long)state->conclusions);
}

static bool
check_chunks(struct catalog *catalog, const struct catalog_commit *commit, uint64_t before,
    struct error *err)
{
	uint64_t chunks = commit->conclusions / 1024 - before / 1024;

	if (commit->conclusion_chunk_count == chunks &&
	    (!chunks || commit->first_conclusion_chunk == before / 1024))
		return true;
	return catalog_damaged(catalog, err, "%zu chunks of conclusions, where %llu follow",
	    commit->conclusion_chunk_count, (unsigned long long)chunks);
}

bool
conclusions_follow(struct catalog *catalog, const struct catalog_commit *commit,
    struct catalog_state *state, struct error *err)
{
	uint64_t before = state->conclusions;
	size_t i, block = 0;

	for (i = 0; i < commit->conclusion_block_count; i++) {
		const struct catalog_conclusions *row = &commit->conclusion_blocks[i];

		while (block < commit->block_count && commit->blocks[block].number < row->number)
			block++;
		if (!check_follows(catalog, row,
			block < commit->block_count && commit->blocks[block].number == row->number
			    ? &commit->blocks[block]
			    : NULL,
			state, err))
			return false;
		block++;
		state->conclusions += row->records;
		state->conclusion_segment = row->segment;
		state->conclusion_bytes = row->offset + row->bytes;
	}
	if (state->conclusions != commit->conclusions)
		return catalog_damaged(catalog, err,
		    "a commit of %llu conclusions, where its blocks end at %llu",
		    (unsigned long long)commit->conclusions,
		    (unsigned long long)state->conclusions);
	return check_chunks(catalog, commit, before, err);
}

static bool
put_row(struct catalog *catalog, const struct catalog_conclusions *row, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_CONCLUSIONS_PUT, &statement, err))
		return false;
	statement_bind_u64(statement, 1, row->number);
	statement_bind_long(statement, 2, row->segment);
	statement_bind_long(statement, 3, row->offset);
	statement_bind_long(statement, 4, row->bytes);
	statement_bind_long(statement, 5, row->records);
	statement_bind_u64(statement, 6, row->first_conclusion);
	statement_bind_u64(statement, 7, row->first_fact);
	statement_bind_u64(statement, 8, row->last_fact);
	statement_bind_u64(statement, 9, row->identity);
	return statement_run(statement, err);
}

bool
conclusions_put(struct catalog *catalog, const struct catalog_commit *commit, struct error *err)
{
	size_t i;

	for (i = 0; i < commit->conclusion_block_count; i++)
		if (!put_row(catalog, &commit->conclusion_blocks[i], err))
			return false;
	for (i = 0; i < commit->conclusion_chunk_count; i++)
		if (!chunk_put(catalog, &conclusion_chunks, commit->first_conclusion_chunk + i,
			commit->conclusion_chunks[i], err))
			return false;
	return true;
}

/* --- questions ------------------------------------------------------------------------ */

/* The one row for a number; parameter 1, if the question has one. */
static bool
one_row(struct catalog *catalog, enum catalog_sql which, const uint64_t *number,
    struct catalog_conclusions *row, bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	*found = false;
	*row = (struct catalog_conclusions){0};
	if (number && *number > INT64_MAX)
		return true;
	if (!catalog_sql(catalog, which, &statement, err))
		return false;
	if (number)
		statement_bind_u64(statement, 1, *number);
	done = statement_step(statement, found, err);
	if (done && *found)
		read_row(statement, row);
	statement_reset(statement);
	return done;
}

bool
catalog_conclusions(struct catalog *catalog, uint64_t number,
    struct catalog_conclusions *conclusions, bool *found, struct error *err)
{
	return one_row(catalog, SQL_CONCLUSIONS, &number, conclusions, found, err);
}

bool
catalog_conclusions_of_fact(struct catalog *catalog, uint64_t record,
    struct catalog_conclusions *conclusions, bool *found, struct error *err)
{
	if (!one_row(catalog, SQL_CONCLUSIONS_OF_FACT, &record, conclusions, found, err))
		return false;
	*found = *found && record >= conclusions->first_fact && record <= conclusions->last_fact;
	return true;
}

bool
catalog_conclusions_at(struct catalog *catalog, uint64_t conclusion,
    struct catalog_conclusions *conclusions, bool *found, struct error *err)
{
	if (!one_row(catalog, SQL_CONCLUSIONS_AT, &conclusion, conclusions, found, err))
		return false;
	*found = *found && conclusion - conclusions->first_conclusion < conclusions->records;
	return true;
}

/* --- what must hold ------------------------------------------------------------------- */

bool
conclusions_end(struct catalog *catalog, const struct catalog_state *state, struct error *err)
{
	struct catalog_conclusions last;
	uint64_t chunks;
	bool found;

	if (!one_row(catalog, SQL_CONCLUSIONS_LAST, NULL, &last, &found, err) ||
	    !chunk_count(catalog, &conclusion_chunks, &chunks, err))
		return false;
	if (last.first_conclusion + last.records == state->conclusions &&
	    last.segment == state->conclusion_segment &&
	    last.offset + last.bytes == state->conclusion_bytes &&
	    chunks == state->conclusions / 1024)
		return true;
	return catalog_damaged(catalog, err,
	    "its state says %llu conclusions, its last block of them %llu, with %llu chunks",
	    (unsigned long long)state->conclusions,
	    (unsigned long long)(last.first_conclusion + last.records), (unsigned long long)chunks);
}

static bool
check_rows(struct catalog *catalog, struct statement *statement, struct catalog_state *end,
    struct error *err)
{
	struct catalog_conclusions row;
	bool is_row;

	for (;;) {
		struct catalog_block block;

		if (!statement_step(statement, &is_row, err))
			return false;
		if (!is_row)
			return true;
		read_row(statement, &row);
		block.first_record = statement_u64(statement, 9);
		block.records = (uint32_t)statement_long(statement, 10);
		if (!check_follows(
			catalog, &row, statement_is_null(statement, 9) ? NULL : &block, end, err))
			return false;
		end->conclusions += row.records;
		end->conclusion_segment = row.segment;
		end->conclusion_bytes = row.offset + row.bytes;
	}
}

/* Its ends are compared with the state by conclusions_end(). */
bool
conclusions_check(struct catalog *catalog, struct error *err)
{
	struct catalog_state end = {0};
	struct statement *statement;
	uint8_t(*roots)[CATALOG_HASH_BYTES];
	size_t chunks;
	bool done;

	if (!catalog_sql_own(catalog, SQL_CONCLUSIONS_ALL, &statement, err))
		return false;
	done = check_rows(catalog, statement, &end, err);
	statement_close(statement);
	chunks = (size_t)(end.conclusions / 1024);
	roots = memory_get_array(chunks, CATALOG_HASH_BYTES);
	done = done && catalog_conclusion_chunks(catalog, chunks, roots, err);
	memory_free(roots);
	return done;
}
