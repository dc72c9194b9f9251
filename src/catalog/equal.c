/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two catalogs, every row of every table side by side in the order of their
 * keys, which are the tables' first columns. Tables that a later schema adds are
 * compared without a change here. Rows that say of themselves that they will be replaced are passed over.
 */
#include "inside.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/memory.h"

struct comparing {
	const char *table;
	struct statement *a, *b;
	struct buffer *difference;
	bool equal;
};

/* A value as it is said: numbers and short texts as they are, else its size and identity. */
static void
say_value(struct statement *statement, int column, struct buffer *out)
{
	struct text value = statement_text(statement, column);
	char shown[96];

	if (!value.data)
		buffer_add_format(out, "NULL");
	else if (value.size <= 20 && text_is_utf8(value))
		buffer_add_format(out, "%s", text_show(value, 20, shown, sizeof(shown)));
	else
		buffer_add_format(out, "%zu bytes (%016llx)", value.size,
		    (unsigned long long)digest_identity(value));
}

/* Numbers first: as text they are rounded. */
static bool
same_value(struct statement *a, struct statement *b, int column)
{
	struct text x, y;

	if (statement_double(a, column) != statement_double(b, column))
		return false;
	x = statement_text(a, column);
	y = statement_text(b, column);
	return !x.data == !y.data && text_equal(x, y);
}

static void
say_row(struct comparing *comparing, struct statement *statement)
{
	buffer_add_format(
	    comparing->difference, "%s %s ", comparing->table, statement_column_name(statement, 0));
	say_value(statement, 0, comparing->difference);
	comparing->equal = false;
}

static void
compare_row(struct comparing *comparing)
{
	int column, columns = statement_columns(comparing->a);

	for (column = 0; column < columns; column++) {
		if (same_value(comparing->a, comparing->b, column))
			continue;
		say_row(comparing, comparing->a);
		buffer_add_format(
		    comparing->difference, ": %s is ", statement_column_name(comparing->a, column));
		say_value(comparing->a, column, comparing->difference);
		buffer_add_format(comparing->difference, " here, ");
		say_value(comparing->b, column, comparing->difference);
		buffer_add_format(comparing->difference, " there");
		return;
	}
}

static bool
compare_rows(struct comparing *comparing, struct error *err)
{
	bool row_a = true, row_b = true;

	while (comparing->equal) {
		if (!statement_step(comparing->a, &row_a, err) ||
		    !statement_step(comparing->b, &row_b, err))
			return false;
		if (!row_a && !row_b)
			return true;
		if (row_a && row_b) {
			compare_row(comparing);
			continue;
		}
		say_row(comparing, row_a ? comparing->a : comparing->b);
		buffer_add_format(comparing->difference, ": only %s", row_a ? "here" : "there");
	}
	return true;
}

/* Whether rows with ended = 0 say what was there at some commit, which another run need not have made. */
static bool
goes_on(const char *table)
{
	return strcmp(table, "movement_day") == 0 || strcmp(table, "movement_actor") == 0;
}

static bool
compare_table(struct catalog *a, struct catalog *b, struct comparing *comparing, struct error *err)
{
	char sql[128];
	bool done;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"%s ORDER BY 1, 2", comparing->table,
	    goes_on(comparing->table) ? " WHERE ended = 1" : "");
	done = statement_open(a->database, sql, &comparing->a, err) &&
	    statement_open(b->database, sql, &comparing->b, err) && compare_rows(comparing, err);
	statement_close(comparing->a);
	statement_close(comparing->b);
	comparing->a = comparing->b = NULL;
	return done;
}

/* Opening has made sure that both have the same schema. */
static bool
compare_tables(struct catalog *a, struct catalog *b, struct comparing *comparing, struct error *err)
{
	struct statement *tables;
	bool row, done;

	if (!catalog_sql_own(a, SQL_TABLES, &tables, err))
		return false;
	while ((done = statement_step(tables, &row, err)) && row && comparing->equal) {
		struct text name = statement_text(tables, 0);
		char *table = memory_text_n(name.data, name.size);

		comparing->table = table;
		done = compare_table(a, b, comparing, err);
		memory_free(table);
		if (!done)
			break;
	}
	statement_close(tables);
	return done;
}

bool
catalog_equal(
    struct catalog *a, struct catalog *b, bool *equal, struct buffer *difference, struct error *err)
{
	struct comparing comparing = {.difference = difference, .equal = true};
	bool done;

	if (!database_begin_read(a->database, err))
		return false;
	done = database_begin_read(b->database, err) && compare_tables(a, b, &comparing, err);
	database_rollback(a->database);
	database_rollback(b->database);
	*equal = comparing.equal;
	return done;
}
