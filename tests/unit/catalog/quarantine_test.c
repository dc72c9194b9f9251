/* SPDX-License-Identifier: Apache-2.0 */
/* Raw bytes go in and come out; nothing of them stands readable in the file. */
#include "scratch.h"

#include <sqlite3.h>
#include <string.h>

#include "base/file.h"
#include "catalog/quarantine.h"

#define PATH_BYTES SCRATCH_PATH_BYTES

static char key_path[PATH_BYTES], path[PATH_BYTES];
static struct keys *keys;
static struct partition partition = {.number = 7};

static const struct message_schema header = {
    .id = 1, .format = FORMAT_CSV, .text = {"id;naam;prioriteit", 18}, .delimiter = ';'};
static const struct message_schema other_header = {
    .id = 2, .format = FORMAT_CSV, .text = {"nummer,kleur", 12}, .delimiter = ','};

static int
set_up(void **state)
{
	struct error err = {0};

	scratch_begin(state);
	scratch_path("quarantine.db", path);
	well(keys_create(scratch_path("dyetrace.key", key_path), &err), &err);
	well(keys_open(key_path, &keys, &err), &err);
	return 0;
}

static int
tear_down(void **state)
{
	keys_close(keys);
	unlink(key_path);
	return scratch_end(state);
}

static int
clear(void **state)
{
	scratch_remove("quarantine.db");
	return 0;
}

static struct quarantine *
open_store(bool write)
{
	struct quarantine *quarantine = NULL;
	struct error err = {0};

	well(quarantine_open(path, write, keys, &quarantine, &err), &err);
	return quarantine;
}

static void
put(struct quarantine *quarantine, int64_t offset, struct text payload,
    const struct message_schema *schema)
{
	const struct message message = {
	    .kind = MESSAGE_PAYLOAD,
	    .format = schema ? schema->format : FORMAT_JSON,
	    .partition = &partition,
	    .offset = offset,
	    .next_byte = offset * 100,
	    .source_time_ms = TIME_NONE,
	    .payload = payload,
	    .schema = schema,
	};
	struct error err = {0};

	well(quarantine_put(quarantine, &message, &err), &err);
}

static void
commit(struct quarantine *quarantine)
{
	struct error err = {0};

	well(quarantine_commit(quarantine, &err), &err);
}

static void
expect(struct quarantine *quarantine, int64_t offset, struct text payload,
    const struct message_schema *schema)
{
	struct quarantine_raw raw;
	struct error err = {0};
	bool found;

	well(quarantine_get(quarantine, partition.number, offset, &raw, &found, &err), &err);
	assert_true(found);
	assert_int_equal(raw.format, schema ? schema->format : FORMAT_JSON);
	assert_int_equal(raw.delimiter, schema ? schema->delimiter : 0);
	assert_true(text_equal(buffer_text(&raw.payload), payload));
	assert_true(text_equal(buffer_text(&raw.schema), schema ? schema->text : TEXT("")));
	assert_true(raw.source_time_ms == TIME_NONE && !raw.framing && !raw.key.data);
	assert_int_equal(raw.header_count, 0);
	quarantine_raw_fini(&raw);
}

static void
expect_none(struct quarantine *quarantine, int64_t offset)
{
	struct quarantine_raw raw;
	struct error err = {0};
	bool found;

	well(quarantine_get(quarantine, partition.number, offset, &raw, &found, &err), &err);
	assert_false(found);
	quarantine_raw_fini(&raw);
}

static const struct message_header headers[] = {
    {{"trace", 5}, {"a\0b", 3}}, {{"", 0}, {NULL, 0}}, {{"empty", 5}, {"", 0}}};

/* A record of Kafka, with all that lies beside it, one byte of framing. */
static void
put_beside(struct quarantine *quarantine, int64_t offset, struct text key)
{
	const struct message message = {
	    .kind = MESSAGE_PAYLOAD,
	    .format = FORMAT_AVRO,
	    .partition = &partition,
	    .offset = offset,
	    .source_time_ms = INT64_C(1456708980000),
	    .payload = TEXT("\0secret payload"),
	    .framing = 1,
	    .key = key,
	    .headers = headers,
	    .header_count = ARRAY_COUNT(headers),
	};
	struct error err = {0};

	well(quarantine_put(quarantine, &message, &err), &err);
}

static void
same_text(struct text a, struct text b)
{
	assert_int_equal(a.data != NULL, b.data != NULL);
	assert_true(text_equal(a, b));
}

static void
expect_beside(struct quarantine *quarantine, int64_t offset, struct text key)
{
	struct quarantine_raw raw;
	struct error err = {0};
	bool found;
	size_t i;

	well(quarantine_get(quarantine, partition.number, offset, &raw, &found, &err), &err);
	assert_true(found);
	assert_int_equal(raw.format, FORMAT_AVRO);
	same_text(buffer_text(&raw.payload), TEXT("\0secret payload"));
	assert_true(raw.source_time_ms == INT64_C(1456708980000));
	assert_int_equal(raw.framing, 1);
	same_text(raw.key, key);
	assert_int_equal(raw.header_count, ARRAY_COUNT(headers));
	for (i = 0; i < ARRAY_COUNT(headers); i++) {
		same_text(raw.headers[i].name, headers[i].name);
		same_text(raw.headers[i].value, headers[i].value);
	}
	quarantine_raw_fini(&raw);
}

static void
key_and_headers_come_back_too(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct error err = {0};

	put_beside(quarantine, 1, TEXT("k\0ey"));
	put_beside(quarantine, 2, TEXT_NONE);
	put_beside(quarantine, 3, TEXT(""));
	put(quarantine, 4, TEXT("a file's line"), NULL);
	commit(quarantine);
	quarantine_close(quarantine);
	well(keys_vault_rotate(keys, key_path, &err), &err);
	quarantine = open_store(true);
	expect_beside(quarantine, 1, TEXT("k\0ey"));
	well(quarantine_rotate(quarantine, NULL, NULL, &err), &err);
	quarantine_close(quarantine);
	quarantine = open_store(false);
	expect_beside(quarantine, 1, TEXT("k\0ey"));
	expect_beside(quarantine, 2, TEXT_NONE);
	expect_beside(quarantine, 3, TEXT(""));
	expect(quarantine, 4, TEXT("a file's line"), NULL);
	quarantine_close(quarantine);
}

static void change(const char *sql);

/* A store that an older version made: its database without the column. */
static void
older_rows_are_read(void **state)
{
	struct quarantine *quarantine = open_store(true);

	put(quarantine, 1, TEXT("a line of old"), &header);
	put(quarantine, 2, TEXT("another"), NULL);
	commit(quarantine);
	quarantine_close(quarantine);
	change("ALTER TABLE raw DROP COLUMN layout");
	change("PRAGMA user_version = 1");
	quarantine = open_store(true);
	expect(quarantine, 1, TEXT("a line of old"), &header);
	put_beside(quarantine, 3, TEXT("k"));
	commit(quarantine);
	expect(quarantine, 2, TEXT("another"), NULL);
	expect_beside(quarantine, 3, TEXT("k"));
	quarantine_close(quarantine);
}

static void
what_goes_in_comes_out(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct error err = {0};
	int64_t count, bytes;

	put(quarantine, 1, TEXT("{\"id\": broken\0 and more"), NULL);
	put(quarantine, 2, TEXT(""), NULL);
	put(quarantine, 3, TEXT("1;Jansen"), &header);
	put(quarantine, 4, TEXT("2;Pieters"), &header);
	put(quarantine, 4, TEXT("2;Peeters"), &header);
	put(quarantine, 5, TEXT("12"), &other_header);
	commit(quarantine);
	quarantine_close(quarantine);
	quarantine = open_store(false);
	expect(quarantine, 1, TEXT("{\"id\": broken\0 and more"), NULL);
	expect(quarantine, 2, TEXT(""), NULL);
	expect(quarantine, 3, TEXT("1;Jansen"), &header);
	expect(quarantine, 4, TEXT("2;Peeters"), &header);
	expect(quarantine, 5, TEXT("12"), &other_header);
	expect_none(quarantine, 6);
	well(quarantine_bytes(quarantine, &count, &bytes, &err), &err);
	assert_int_equal(count, 5);
	assert_true(bytes > 100 && bytes < 1000);
	quarantine_close(quarantine);
}

static void
a_large_payload_keeps_every_byte(void **state)
{
	struct quarantine *quarantine = open_store(true);
	size_t size = 3000000, i;
	char *payload = malloc(size);

	assert_non_null(payload);
	for (i = 0; i < size; i++)
		payload[i] = (char)(i * i >> 3);
	put(quarantine, 1, (struct text){payload, size}, NULL);
	commit(quarantine);
	expect(quarantine, 1, (struct text){payload, size}, NULL);
	quarantine_close(quarantine);
	free(payload);
}

static void
only_commits_last(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct error err = {0};

	put(quarantine, 1, TEXT("one"), NULL);
	commit(quarantine);
	put(quarantine, 2, TEXT("two"), NULL);
	well(quarantine_drop(quarantine, partition.number, 1, &err), &err);
	quarantine_close(quarantine);
	quarantine = open_store(true);
	expect(quarantine, 1, TEXT("one"), NULL);
	expect_none(quarantine, 2);
	well(quarantine_drop(quarantine, partition.number, 1, &err), &err);
	well(quarantine_drop(quarantine, partition.number, 99, &err), &err);
	commit(quarantine);
	commit(quarantine);
	expect_none(quarantine, 1);
	quarantine_close(quarantine);
}

/* The rows of one table, asked with SQLite itself. */
static int
count_rows(const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int count;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	count = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return count;
}

static void
a_schema_is_kept_once_and_as_long_as_it_is_needed(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct error err = {0};
	int64_t i;

	for (i = 0; i < 10; i++)
		put(quarantine, i, TEXT("x"), i % 2 ? &header : &other_header);
	commit(quarantine);
	assert_int_equal(count_rows("SELECT count(*) FROM schema"), 2);
	for (i = 1; i < 10; i += 2)
		well(quarantine_drop(quarantine, partition.number, i, &err), &err);
	commit(quarantine);
	assert_int_equal(count_rows("SELECT count(*) FROM schema"), 1);
	expect(quarantine, 4, TEXT("x"), &other_header);
	quarantine_close(quarantine);
}

static void
nothing_stands_readable(void **state)
{
	static const char *const secrets[] = {"Jansen", "naam;prioriteit"};
	struct quarantine *quarantine = open_store(true);
	struct buffer file = {0};
	struct error err = {0};
	size_t i;

	put(quarantine, 3, TEXT("1;Jansen;very long name indeed"), &header);
	commit(quarantine);
	quarantine_close(quarantine);
	well(file_read(path, 1 << 20, &file, &err), &err);
	for (i = 0; i < ARRAY_COUNT(secrets); i++)
		assert_null(memmem(file.data, file.size, secrets[i], strlen(secrets[i])));
	buffer_fini(&file);
}

static void
change(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
altered_rows_are_damage(void **state)
{
	static const char *const changes[] = {
	    "UPDATE raw SET offset = 4 WHERE offset = 3", /* another position's bytes */
	    "UPDATE raw SET sealed = (SELECT sealed FROM raw WHERE offset = 1) WHERE offset = 4",
	    "UPDATE raw SET schema = (SELECT digest FROM schema ORDER BY rowid DESC LIMIT 1) WHERE "
	    "offset = 4",
	    "UPDATE raw SET schema = NULL WHERE offset = 4",
	    "UPDATE raw SET sealed = x'0000' WHERE offset = 4",
	    "DELETE FROM schema",
	    "UPDATE raw SET layout = 2 WHERE offset = 4",
	};
	struct quarantine *quarantine;
	struct quarantine_raw raw;
	struct error err;
	char expected[PATH_BYTES + 64];
	size_t i;
	bool found;

	snprintf(expected, sizeof(expected), "%s: partition 7 at 4: ", path);
	for (i = 0; i < ARRAY_COUNT(changes); i++) {
		quarantine = open_store(true);
		put(quarantine, 1, TEXT("one"), &header);
		put(quarantine, i ? 4 : 3, TEXT("three"), &header);
		put(quarantine, 5, TEXT("five"), &other_header);
		commit(quarantine);
		quarantine_close(quarantine);
		change(changes[i]);
		quarantine = open_store(false);
		err = (struct error){0};
		if (quarantine_get(quarantine, partition.number, 4, &raw, &found, &err))
			fail_msg("%s: not seen", changes[i]);
		assert_int_equal(err.kind, ERROR_DAMAGED);
		assert_memory_equal(err.text, expected, strlen(expected));
		quarantine_close(quarantine);
		clear(state);
	}
}

struct steps {
	int count;
	int64_t last, total;
};

static void
note_step(void *context, int64_t done, int64_t total)
{
	struct steps *steps = context;

	assert_true(done >= steps->last && done <= total);
	steps->count++;
	steps->last = done;
	steps->total = total;
}

static void
rotates_in_bounded_steps(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct steps steps = {0}, again = {0};
	struct error err = {0};
	char payload[32];
	int64_t i;

	for (i = 0; i < 200; i++) {
		snprintf(payload, sizeof(payload), "payload %d", (int)i);
		put(quarantine, i, text_of(payload), i % 2 ? &header : NULL);
	}
	commit(quarantine);
	well(keys_vault_rotate(keys, key_path, &err), &err);
	put(quarantine, 200, TEXT("payload 200"), NULL); /* not committed: rotate does */
	well(quarantine_rotate(quarantine, note_step, &steps, &err), &err);
	assert_int_equal(steps.total, 201); /* 200 rows, 1 schema */
	assert_int_equal(steps.last, 201);
	assert_true(steps.count >= 4);
	well(quarantine_rotate(quarantine, note_step, &again, &err), &err);
	assert_int_equal(again.total, 0);
	/* nothing needs the old key */
	well(keys_vault_forget(keys, key_path, &err), &err);
	for (i = 0; i <= 200; i++) {
		snprintf(payload, sizeof(payload), "payload %d", (int)i);
		expect(quarantine, i, text_of(payload), i % 2 ? &header : NULL);
	}
	quarantine_close(quarantine);
}

static void
an_interrupted_rotation_goes_on(void **state)
{
	struct quarantine *quarantine = open_store(true);
	struct steps steps = {0};
	struct error err = {0};
	int64_t i;

	for (i = 0; i < 150; i++)
		put(quarantine, i, TEXT("payload"), &header);
	commit(quarantine);
	well(keys_vault_rotate(keys, key_path, &err), &err);
	change("UPDATE raw SET sealed = x'00' WHERE offset = 100");
	assert_false(quarantine_rotate(quarantine, note_step, &steps, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_non_null(strstr(err.text, "quarantine.db: partition 7 at 100: "));
	assert_int_equal(steps.last, 64); /* the first transaction stays */
	well(quarantine_drop(quarantine, partition.number, 100, &err), &err);
	steps = (struct steps){0};
	well(quarantine_rotate(quarantine, note_step, &steps, &err), &err);
	assert_int_equal(steps.total, 150 - 64 - 1 + 1);
	well(keys_vault_forget(keys, key_path, &err), &err);
	expect(quarantine, 0, TEXT("payload"), &header);
	expect(quarantine, 149, TEXT("payload"), &header);
	quarantine_close(quarantine);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_goes_in_comes_out),
	    TEST(key_and_headers_come_back_too),
	    TEST(older_rows_are_read),
	    TEST(a_large_payload_keeps_every_byte),
	    TEST(only_commits_last),
	    TEST(a_schema_is_kept_once_and_as_long_as_it_is_needed),
	    TEST(nothing_stands_readable),
	    TEST(altered_rows_are_damage),
	    TEST(rotates_in_bounded_steps),
	    TEST(an_interrupted_rotation_goes_on),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
