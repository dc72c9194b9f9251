/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing everything anew under the newest vault key. Rows carry the generation
 * that sealed them, so what was done before an interruption is not done again;
 * the old generations must stay in the key file until this returns true.
 */
#include "quarantine_inside.h"

#define ROWS_A_TRANSACTION 64
#define BYTES_A_TRANSACTION ((size_t)4 << 20)

struct rotation {
	struct quarantine *quarantine;
	uint32_t generation;       /* the newest */
	int64_t partition, offset; /* the last row looked at */
	size_t rows, bytes;        /* in this transaction */
	bool more;
	int64_t done, total;
};

static bool
count_stale(struct rotation *rotation, struct error *err)
{
	struct statement *statement;
	bool row;

	if (!quarantine_sql(rotation->quarantine, SQL_STALE_COUNT, &statement, err))
		return false;
	statement_bind_long(statement, 1, rotation->generation);
	if (!statement_step(statement, &row, err))
		return false;
	rotation->total = row ? statement_long(statement, 0) : 0;
	statement_reset(statement);
	return true;
}

/* Opens and seals; the bytes pass through memory only. */
static bool
reseal(struct rotation *rotation, struct text context, struct text old, struct buffer *sealed,
    struct error *err)
{
	const struct keys *keys = rotation->quarantine->keys;
	struct buffer plain = {0};
	bool done = keys_unseal(keys, context, old, &plain, err);

	if (done)
		keys_seal(keys, context, buffer_text(&plain), sealed);
	if (plain.data)
		explicit_bzero(plain.data, plain.size);
	buffer_fini(&plain);
	rotation->rows++;
	rotation->bytes += old.size;
	return done;
}

static bool
update_raw(struct rotation *rotation, struct text sealed, struct error *err)
{
	struct statement *statement;

	if (!quarantine_sql(rotation->quarantine, SQL_RESEAL, &statement, err))
		return false;
	statement_bind_long(statement, 1, rotation->partition);
	statement_bind_long(statement, 2, rotation->offset);
	statement_bind_long(statement, 3, rotation->generation);
	statement_bind_blob(statement, 4, sealed);
	return statement_run(statement, err);
}

static bool
reseal_row(struct rotation *rotation, struct statement *stale, struct error *err)
{
	struct buffer context = {0}, sealed = {0};
	bool done;

	rotation->partition = statement_long(stale, 0);
	rotation->offset = statement_long(stale, 1);
	raw_context((uint32_t)rotation->partition, rotation->offset, statement_text(stale, 2),
	    statement_long(stale, 4), &context);
	done = reseal(rotation, buffer_text(&context), statement_text(stale, 3), &sealed, err);
	statement_reset(stale);
	done = done && update_raw(rotation, buffer_text(&sealed), err);
	buffer_fini(&context);
	buffer_fini(&sealed);
	if (!done)
		error_within(err, "%s: partition %lld at %lld",
		    database_path(rotation->quarantine->database), (long long)rotation->partition,
		    (long long)rotation->offset);
	return done;
}

static bool
next_row(struct rotation *rotation, struct error *err)
{
	struct statement *stale;

	if (!quarantine_sql(rotation->quarantine, SQL_STALE, &stale, err))
		return false;
	statement_bind_long(stale, 1, rotation->partition);
	statement_bind_long(stale, 2, rotation->offset);
	statement_bind_long(stale, 3, rotation->generation);
	if (!statement_step(stale, &rotation->more, err))
		return false;
	return !rotation->more || reseal_row(rotation, stale, err);
}

static bool
update_schema(struct rotation *rotation, struct text digest, struct text sealed, struct error *err)
{
	struct statement *statement;

	if (!quarantine_sql(rotation->quarantine, SQL_RESEAL_SCHEMA, &statement, err))
		return false;
	statement_bind_blob(statement, 1, digest);
	statement_bind_long(statement, 2, rotation->generation);
	statement_bind_blob(statement, 3, sealed);
	return statement_run(statement, err);
}

static bool
next_schema(struct rotation *rotation, struct error *err)
{
	struct buffer context = {0}, sealed = {0}, digest = {0};
	struct statement *stale;
	bool done;

	if (!quarantine_sql(rotation->quarantine, SQL_STALE_SCHEMA, &stale, err))
		return false;
	statement_bind_long(stale, 1, rotation->generation);
	if (!statement_step(stale, &rotation->more, err))
		return false;
	if (!rotation->more)
		return true;
	buffer_add_text(&digest, statement_text(stale, 0));
	schema_context(buffer_text(&digest), &context);
	done = reseal(rotation, buffer_text(&context), statement_text(stale, 1), &sealed, err);
	statement_reset(stale);
	done = done && update_schema(rotation, buffer_text(&digest), buffer_text(&sealed), err);
	buffer_fini(&context);
	buffer_fini(&sealed);
	buffer_fini(&digest);
	return done ||
	    error_within(err, "%s: a schema", database_path(rotation->quarantine->database));
}

/* One transaction of one kind of rows; rotation->more says whether there may be others. */
static bool
rotate_some(struct rotation *rotation, bool (*next)(struct rotation *rotation, struct error *err),
    struct error *err)
{
	struct quarantine *quarantine = rotation->quarantine;

	rotation->rows = rotation->bytes = 0;
	rotation->more = true;
	if (!quarantine_begin(quarantine, err))
		return false;
	while (rotation->more && rotation->rows < ROWS_A_TRANSACTION &&
	    rotation->bytes < BYTES_A_TRANSACTION) {
		if (next(rotation, err))
			continue;
		database_rollback(quarantine->database);
		quarantine->writing = false;
		return false;
	}
	rotation->done += (int64_t)rotation->rows;
	return quarantine_commit(quarantine, err);
}

bool
quarantine_rotate(struct quarantine *quarantine,
    void (*progress)(void *context, int64_t done, int64_t total), void *context, struct error *err)
{
	bool (*const kinds[])(struct rotation *, struct error *) = {next_row, next_schema};
	struct rotation rotation = {
	    .quarantine = quarantine,
	    .generation = keys_vault_generation(quarantine->keys),
	    .partition = -1,
	};
	size_t kind;

	if (!quarantine_commit(quarantine, err) || !count_stale(&rotation, err))
		return false;
	for (kind = 0; kind < ARRAY_COUNT(kinds); kind++) {
		do {
			if (!rotate_some(&rotation, kinds[kind], err))
				return false;
			if (progress)
				progress(context, rotation.done, rotation.total);
		} while (rotation.more);
	}
	return true;
}
