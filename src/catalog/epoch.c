/* SPDX-License-Identifier: Apache-2.0 */
/* Notes that took effect: settings, lineage, org chart, acts of the operator. */
#include "inside.h"

bool
epoch_put(struct catalog *catalog, const struct catalog_epoch *epoch, struct error *err)
{
	struct statement *statement;

	if (!catalog_sql(catalog, SQL_EPOCH_PUT, &statement, err))
		return false;
	statement_bind_u64(statement, 1, epoch->record);
	statement_bind_long(statement, 2, epoch->number);
	statement_bind_text(statement, 3, epoch->what);
	statement_bind_u64(statement, 4, epoch->body);
	return statement_run(statement, err);
}

bool
catalog_epochs(struct catalog *catalog,
    bool (*visit)(void *context, const struct catalog_epoch *epoch), void *context,
    struct error *err)
{
	struct statement *statement;
	struct catalog_epoch epoch;
	bool row, done, more = true;

	if (!catalog_sql_own(catalog, SQL_EPOCHS, &statement, err))
		return false;
	while ((done = statement_step(statement, &row, err)) && row && more) {
		epoch = (struct catalog_epoch){
		    .record = statement_u64(statement, 0),
		    .number = (uint32_t)statement_long(statement, 1),
		    .what = statement_text(statement, 2),
		    .body = statement_u64(statement, 3),
		};
		more = visit(context, &epoch);
	}
	statement_close(statement);
	return done;
}

bool
catalog_epoch_at(struct catalog *catalog, uint64_t record, uint32_t *number, uint64_t *note_record,
    bool *found, struct error *err)
{
	struct statement *statement;
	bool done;

	if (!catalog_sql(catalog, SQL_EPOCH_AT, &statement, err))
		return false;
	statement_bind_long(statement, 1, record > INT64_MAX ? INT64_MAX : (int64_t)record);
	done = statement_step(statement, found, err);
	if (done && *found) {
		*number = (uint32_t)statement_long(statement, 0);
		*note_record = statement_u64(statement, 1);
	}
	statement_reset(statement);
	return done;
}
