/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks and the spans of positions in them. */
#include "inside.h"

bool
block_put(struct catalog *catalog, const struct catalog_block *block, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_BLOCK_PUT, &statement, err))
		return false;
	statement_bind_u64(statement, 1, block->number);
	statement_bind_long(statement, 2, block->segment);
	statement_bind_long(statement, 3, block->offset);
	statement_bind_long(statement, 4, block->bytes);
	statement_bind_long(statement, 5, block->objects);
	statement_bind_long(statement, 6, block->records);
	statement_bind_long(statement, 7, block->events);
	statement_bind_u64(statement, 8, block->first_record);
	statement_bind_u64(statement, 9, block->identity);
	bind_time(statement, 10, block->min_time_ms);
	bind_time(statement, 11, block->max_time_ms);
	return statement_run(statement, err);
}

void
block_row_read(struct statement *statement, int column, struct catalog_block *block)
{
	*block = (struct catalog_block){
	    .number = statement_u64(statement, column),
	    .segment = (uint32_t)statement_long(statement, column + 1),
	    .offset = statement_long(statement, column + 2),
	    .bytes = statement_long(statement, column + 3),
	    .objects = (uint32_t)statement_long(statement, column + 4),
	    .records = (uint32_t)statement_long(statement, column + 5),
	    .events = (uint32_t)statement_long(statement, column + 6),
	    .first_record = statement_u64(statement, column + 7),
	    .identity = statement_u64(statement, column + 8),
	    .min_time_ms = read_time(statement, column + 9),
	    .max_time_ms = read_time(statement, column + 10),
	};
}

bool
span_put(struct catalog *catalog, const struct catalog_span *span, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_SPAN_PUT, &statement, err))
		return false;
	statement_bind_long(statement, 1, span->partition);
	statement_bind_long(statement, 2, span->first_offset);
	statement_bind_long(statement, 3, span->end_offset);
	statement_bind_u64(statement, 4, span->block);
	statement_bind_long(statement, 5, span->first_record);
	statement_bind_long(statement, 6, span->end_record);
	return statement_run(statement, err);
}

void
span_read(struct statement *statement, int column, struct catalog_span *span)
{
	*span = (struct catalog_span){
	    .partition = (uint32_t)statement_long(statement, column),
	    .first_offset = statement_long(statement, column + 1),
	    .end_offset = statement_long(statement, column + 2),
	    .block = statement_u64(statement, column + 3),
	    .first_record = (uint32_t)statement_long(statement, column + 4),
	    .end_record = (uint32_t)statement_long(statement, column + 5),
	};
}

/* Steps to the only row of a statement whose parameters are bound. */
static bool
one_block(struct statement *statement, struct catalog_block *block, bool *found, struct error *err)
{
	if (!statement_step(statement, found, err))
		return false;
	if (*found)
		block_row_read(statement, 0, block);
	return true;
}

bool
catalog_block(struct catalog *catalog, uint64_t number, struct catalog_block *block, bool *found,
    struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_BLOCK, &statement, err))
		return false;
	statement_bind_u64(statement, 1, number);
	done = one_block(statement, block, found, err);
	statement_reset(statement);
	return done;
}

bool
catalog_block_of_record(struct catalog *catalog, uint64_t record, struct catalog_block *block,
    bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	*found = false;
	if (record > INT64_MAX)
		return true;
	if (!catalog_sql(catalog, SQL_BLOCK_OF_RECORD, &statement, err))
		return false;
	statement_bind_u64(statement, 1, record);
	done = one_block(statement, block, found, err);
	statement_reset(statement);
	*found = *found && record - block->first_record < block->records;
	return done;
}

bool
catalog_block_of_position(struct catalog *catalog, uint32_t partition, int64_t offset,
    struct catalog_block *block, struct catalog_span *span, bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_BLOCK_OF_POSITION, &statement, err))
		return false;
	statement_bind_long(statement, 1, partition);
	statement_bind_long(statement, 2, offset);
	done = one_block(statement, block, found, err);
	if (done && *found)
		span_read(statement, 11, span);
	statement_reset(statement);
	*found = *found && offset < span->end_offset;
	return done;
}
