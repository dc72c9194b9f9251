/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions put aside, and those that came back. The raw bytes stand elsewhere
 * (quarantine.h); here is what the ledger says of them.
 */
#include "inside.h"

static bool
put_new(struct catalog *catalog, const struct catalog_quarantined *row, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_QUARANTINED_PUT, &statement, err))
		return false;
	statement_bind_long(statement, 1, row->partition);
	statement_bind_long(statement, 2, row->offset);
	statement_bind_u64(statement, 3, row->record);
	statement_bind_text(statement, 4, row->reason.data ? row->reason : TEXT(""));
	statement_bind_text(statement, 5, row->detail.data ? row->detail : TEXT(""));
	return statement_run(statement, err);
}

static bool
put_replayed(struct catalog *catalog, const struct catalog_quarantined *row, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_QUARANTINED_REPLAYED, &statement, err))
		return false;
	statement_bind_long(statement, 1, row->partition);
	statement_bind_long(statement, 2, row->offset);
	statement_bind_u64(statement, 3, row->replay_record);
	if (!statement_run(statement, err))
		return false;
	if (database_changes(catalog->database) != 1)
		return catalog_damaged(catalog, err,
		    "record %llu comes back from quarantine, where partition %u has nothing at "
		    "%lld",
		    (unsigned long long)row->replay_record, row->partition, (long long)row->offset);
	return true;
}

bool
quarantined_put(struct catalog *catalog, const struct catalog_quarantined *row, struct error *err)
{
	return row->replayed ? put_replayed(catalog, row, err) : put_new(catalog, row, err);
}

static void
read_row(struct statement *statement, struct catalog_quarantined *row)
{
	*row = (struct catalog_quarantined){
	    .partition = (uint32_t)statement_long(statement, 0),
	    .offset = statement_long(statement, 1),
	    .record = statement_u64(statement, 2),
	    .reason = statement_text(statement, 3),
	    .detail = statement_text(statement, 4),
	    .replayed = !statement_is_null(statement, 5),
	    .replay_record = statement_u64(statement, 5),
	};
}

/* Ends the statement. */
static bool
visit_rows(struct statement *statement,
    bool (*visit)(void *context, const struct catalog_quarantined *row), void *context, bool *found,
    struct error *err)
{
	struct catalog_quarantined row;
	bool is_row, done, more = true;

	while ((done = statement_step(statement, &is_row, err)) && is_row && more) {
		read_row(statement, &row);
		*found = true;
		more = visit(context, &row);
	}
	statement_close(statement);
	return done;
}

bool
catalog_quarantined_each(struct catalog *catalog, bool with_replayed,
    bool (*visit)(void *context, const struct catalog_quarantined *row), void *context,
    struct error *err)
{
	struct statement *statement;
	bool found;

	if (!catalog_sql_own(catalog, SQL_QUARANTINED, &statement, err))
		return false;
	statement_bind_long(statement, 1, with_replayed);
	return visit_rows(statement, visit, context, &found, err);
}

bool
catalog_quarantined_at(struct catalog *catalog, uint32_t partition, int64_t offset,
    bool (*visit)(void *context, const struct catalog_quarantined *row), void *context, bool *found,
    struct error *err)
{
	struct statement *statement;

	*found = false;
	if (!catalog_sql_own(catalog, SQL_QUARANTINED_AT, &statement, err))
		return false;
	statement_bind_long(statement, 1, partition);
	statement_bind_long(statement, 2, offset);
	return visit_rows(statement, visit, context, found, err);
}

bool
catalog_quarantine_reasons(struct catalog *catalog,
    bool (*visit)(void *context, struct text reason, int64_t count), void *context,
    struct error *err)
{
	struct statement *statement;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_QUARANTINED_REASONS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row && more)
		more = visit(context, statement_text(statement, 0), statement_long(statement, 1));
	statement_close(statement);
	return done;
}
