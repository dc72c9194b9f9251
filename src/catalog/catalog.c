/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing, and the statements that stay prepared. */
#include "inside.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/timestamp.h"

#define APPLICATION 0x64796563u /* "dyec" */
/* A search for an id reads one page a group, and few pages lead there. */
#define PAGE_BYTES 16384

extern const char catalog_1[], catalog_2[], catalog_3[];

bool
catalog_open(const char *path, enum catalog_mode mode, struct catalog **out, struct error *err)
{
	const char *const migrations[] = {catalog_1, catalog_2, catalog_3};
	const struct database_options options = {
	    .path = path,
	    .mode = mode == CATALOG_WRITE ? DATABASE_WRITE : DATABASE_READ,
	    .application = APPLICATION,
	    .migration_count = ARRAY_COUNT(migrations),
	    .migrations = migrations,
	    .empty_is_damage = true,
	    .page_bytes = PAGE_BYTES,
	};
	struct catalog *catalog = memory_get(sizeof(*catalog));

	if (!database_open(&options, &catalog->database, err) || !state_check(catalog, err)) {
		catalog_close(catalog);
		return false;
	}
	*out = catalog;
	return true;
}

void
catalog_close(struct catalog *catalog)
{
	if (!catalog)
		return;
	database_close(catalog->database);
	memory_free(catalog);
}

bool
catalog_settle(struct catalog *catalog, struct error *err)
{
	return database_settle(catalog->database, err);
}

bool
catalog_sql(struct catalog *catalog, enum catalog_sql which, struct statement **statement,
    struct error *err)
{
	struct statement **prepared = &catalog->statements[which];

	if (!*prepared &&
	    !statement_open(catalog->database, catalog_sql_texts[which], prepared, err))
		return false;
	*statement = *prepared;
	return true;
}

bool
catalog_sql_own(struct catalog *catalog, enum catalog_sql which, struct statement **statement,
    struct error *err)
{
	return statement_open(catalog->database, catalog_sql_texts[which], statement, err);
}

bool
catalog_damaged(struct catalog *catalog, struct error *err, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return error_set(err, ERROR_DAMAGED, "%s: %s", database_path(catalog->database), sentence);
}

void
bind_time(struct statement *statement, int parameter, int64_t time_ms)
{
	if (time_ms == TIME_NONE)
		statement_bind_null(statement, parameter);
	else
		statement_bind_long(statement, parameter, time_ms);
}

int64_t
read_time(struct statement *statement, int column)
{
	return statement_is_null(statement, column) ? TIME_NONE : statement_long(statement, column);
}
