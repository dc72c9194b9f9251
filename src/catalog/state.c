/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one row that says how far the last commit went. Each commit changes it and
 * the last rows of block and chunk together, so that they must agree; where they
 * do not, pages of different commits stand side by side.
 */
#include "inside.h"

#include "base/memory.h"

static bool
read_state(struct catalog *catalog, struct statement *statement, struct catalog_state *state,
    struct error *err)
{
	if (!statement_is_null(statement, 0) &&
	    !statement_fixed(statement, 0, state->store_id, sizeof(state->store_id), err))
		return false;
	state->records = statement_u64(statement, 1);
	state->blocks = statement_u64(statement, 2);
	state->segment = (uint32_t)statement_long(statement, 3);
	state->segment_bytes = statement_long(statement, 4);
	state->epoch = (uint32_t)statement_long(statement, 5);
	state->conclusions = statement_u64(statement, 6);
	state->conclusion_segment = (uint32_t)statement_long(statement, 7);
	state->conclusion_bytes = statement_long(statement, 8);
	return true;
}

bool
catalog_state(struct catalog *catalog, struct catalog_state *state, struct error *err)
{
	struct statement *statement;
	bool row, done;

	*state = (struct catalog_state){0};
	if (!catalog_sql(catalog, SQL_STATE, &statement, err) ||
	    !statement_step(statement, &row, err))
		return false;
	if (!row)
		return catalog_damaged(catalog, err, "it has no state");
	done = read_state(catalog, statement, state, err);
	statement_reset(statement);
	return done;
}

bool
state_put(struct catalog *catalog, const struct catalog_state *state, struct text frontier,
    struct text conclusion_frontier, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_STATE_PUT, &statement, err))
		return false;
	statement_bind_u64(statement, 1, state->records);
	statement_bind_u64(statement, 2, state->blocks);
	statement_bind_long(statement, 3, state->segment);
	statement_bind_long(statement, 4, state->segment_bytes);
	statement_bind_long(statement, 5, state->epoch);
	statement_bind_blob(statement, 6, frontier.data ? frontier : TEXT(""));
	statement_bind_u64(statement, 7, state->conclusions);
	statement_bind_long(statement, 8, state->conclusion_segment);
	statement_bind_long(statement, 9, state->conclusion_bytes);
	statement_bind_blob(
	    statement, 10, conclusion_frontier.data ? conclusion_frontier : TEXT(""));
	return statement_run(statement, err);
}

bool
catalog_set_store_id(struct catalog *catalog, const uint8_t store_id[16], struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_STORE_ID_PUT, &statement, err))
		return false;
	statement_bind_blob(statement, 1, (struct text){(const char *)store_id, 16});
	if (!statement_run(statement, err))
		return false;
	if (database_changes(catalog->database) != 1)
		return error_set(err, ERROR_REFUSED, "%s: it belongs to another store",
		    database_path(catalog->database));
	return true;
}

static bool
add_frontier(
    struct catalog *catalog, enum catalog_sql which, struct buffer *saved, struct error *err)
{
	struct statement *statement;
	bool row;

	if (!catalog_sql(catalog, which, &statement, err) || !statement_step(statement, &row, err))
		return false;
	if (!row)
		return catalog_damaged(catalog, err, "it has no state");
	buffer_add_text(saved, statement_text(statement, 0));
	statement_reset(statement);
	return true;
}

bool
catalog_frontier(struct catalog *catalog, struct buffer *saved, struct error *err)
{
	return add_frontier(catalog, SQL_FRONTIER, saved, err);
}

bool
catalog_conclusion_frontier(struct catalog *catalog, struct buffer *saved, struct error *err)
{
	return add_frontier(catalog, SQL_CONCLUSION_FRONTIER, saved, err);
}

static bool
last_block(struct catalog *catalog, struct catalog_block *block, struct error *err)
{
	struct statement *statement;
	bool row;

	*block = (struct catalog_block){0};
	if (!catalog_sql(catalog, SQL_BLOCK_LAST, &statement, err) ||
	    !statement_step(statement, &row, err))
		return false;
	if (row)
		block_row_read(statement, 0, block);
	statement_reset(statement);
	return true;
}

static bool
compare_ends(struct catalog *catalog, struct error *err)
{
	struct catalog_state state;
	struct catalog_block last;
	uint64_t chunks;

	if (!catalog_state(catalog, &state, err) || !last_block(catalog, &last, err) ||
	    !chunk_count(catalog, &fact_chunks, &chunks, err))
		return false;
	if (last.number != state.blocks || last.first_record + last.records != state.records ||
	    last.segment != state.segment || last.offset + last.bytes != state.segment_bytes)
		return catalog_damaged(catalog, err,
		    "its state says %llu records in %llu blocks, its last block %llu in %llu",
		    (unsigned long long)state.records, (unsigned long long)state.blocks,
		    (unsigned long long)(last.first_record + last.records),
		    (unsigned long long)last.number);
	if (chunks != state.records / 1024)
		return catalog_damaged(catalog, err, "%llu chunks of the tree for %llu records",
		    (unsigned long long)chunks, (unsigned long long)state.records);
	return conclusions_end(catalog, &state, err);
}

bool
state_check(struct catalog *catalog, struct error *err)
{
	bool done;

	if (!database_begin_read(catalog->database, err))
		return false;
	done = compare_ends(catalog, err);
	database_rollback(catalog->database);
	return done;
}
