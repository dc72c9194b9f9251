/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pseudonyms that stay, through restarts, kills and rotations, until they are
 * erased, and then leave nothing behind in the file.
 */
#include "origin/identity.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/database.h"
#include "fixture.h"

static void
commit(struct identity *identity)
{
	struct error err = {0};

	if (!identity_commit(identity, &err))
		fail_msg("%s", err.text);
}

static const char *
numbered(int i)
{
	static char name[32];

	snprintf(name, sizeof(name), "person.%05d@company", i);
	return name;
}

/* The bits that people see of a pseudonym. */
static uint32_t
shown_bits(const struct pseudonym *pseudonym)
{
	char shown[PSEUDONYM_TEXT_BYTES];
	uint32_t bits = 0;

	assert_true(pseudonym_parse(text_of(pseudonym_text(pseudonym, shown)), &bits));
	return bits;
}

static void
add_many(struct identity *identity, int count)
{
	int i;

	for (i = 0; i < count; i++)
		assert_int_equal(fixture_actor(identity, numbered(i))->number, i + 1);
}

static void
gives_a_name_one_pseudonym_and_the_next_number(void **state)
{
	static const struct {
		const char *name;
		uint32_t number;
	} cases[] = {{"ada", 1}, {"bob", 2}, {"ada", 1}, {"Ada", 3}, {"bob ", 4}, {"bob", 2}};
	struct identity *identity = fixture_identity(*state, 100);
	struct pseudonym seen[5] = {0};
	size_t i, j;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct identity_entry *entry = fixture_actor(identity, cases[i].name);

		assert_int_equal(entry->number, cases[i].number);
		assert_true(text_is((struct text){entry->name, entry->name_size}, cases[i].name));
		if (i != 2 && i != 5)
			seen[entry->number] = entry->pseudonym;
		assert_memory_equal(&seen[entry->number], &entry->pseudonym, sizeof(seen[0]));
	}
	for (i = 0; i < 5; i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(&seen[i], &seen[j], sizeof(seen[0]));
	identity_close(identity);
}

static void
keeps_them_over_a_restart_in_whatever_order_they_come(void **state)
{
	struct identity *identity = fixture_identity(*state, 10000);
	struct pseudonym pseudonyms[500];
	struct identity_counts counts;
	int i;

	add_many(identity, 500);
	for (i = 0; i < 500; i++)
		pseudonyms[i] = fixture_actor(identity, numbered(i))->pseudonym;
	commit(identity);
	identity_close(identity);

	identity = fixture_identity(*state, 10000);
	identity_counts(identity, &counts);
	assert_int_equal(counts.actors, 500);
	assert_int_equal(counts.in_memory, 0);
	assert_int_equal(fixture_actor(identity, "somebody new")->number, 501);
	for (i = 499; i >= 0; i--) {
		struct identity_entry *entry = fixture_actor(identity, numbered(i));

		assert_int_equal(entry->number, i + 1);
		assert_memory_equal(&entry->pseudonym, &pseudonyms[i], sizeof(pseudonyms[i]));
	}
	identity_counts(identity, &counts);
	assert_int_equal(counts.actors, 501);
	assert_int_equal(counts.in_memory, 501);
	identity_close(identity);
}

static void
forgets_what_was_not_committed(void **state)
{
	struct identity *identity = fixture_identity(*state, 100);
	struct identity_counts counts;
	struct pseudonym kept;
	pid_t child;
	int status;

	kept = fixture_actor(identity, "ada")->pseudonym;
	commit(identity);
	identity_close(identity);
	child = fork();
	if (!child) {
		identity = fixture_identity(*state, 100);
		fixture_actor(identity, "bob");
		raise(SIGKILL);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	identity = fixture_identity(*state, 100);
	identity_counts(identity, &counts);
	assert_int_equal(counts.actors, 1);
	assert_int_equal(counts.last_number, 1);
	assert_memory_equal(&fixture_actor(identity, "ada")->pseudonym, &kept, sizeof(kept));
	assert_int_equal(fixture_actor(identity, "cid")->number, 2);
	identity_close(identity);
}

static void
is_unknown_beyond_the_limit_and_says_how_often(void **state)
{
	struct identity *identity = fixture_identity(*state, 2);
	struct identity_counts counts;
	struct pseudonym erased;
	struct error err = {0};

	assert_non_null(fixture_actor(identity, "ada"));
	assert_non_null(fixture_actor(identity, "bob"));
	assert_null(fixture_actor(identity, "cid"));
	assert_null(fixture_actor(identity, "cid"));
	assert_non_null(fixture_actor(identity, "ada"));
	identity_counts(identity, &counts);
	assert_int_equal(counts.beyond_max, 2);
	assert_int_equal(counts.actors, 2);
	assert_true(identity_erase(identity, TEXT("bob"), &erased, &err));
	assert_int_equal(fixture_actor(identity, "cid")->number, 3);
	identity_close(identity);
}

static void
has_no_entry_for_no_name(void **state)
{
	struct identity *identity = fixture_identity(*state, 10);
	char longest[ACTOR_NAME_BYTES_MAX + 1];
	struct identity_entry *entry;
	struct identity_counts counts;
	struct error err = {0};

	memset(longest, 'x', sizeof(longest));
	assert_true(identity_find_or_add(identity, TEXT_NONE, &entry, &err));
	assert_null(entry);
	assert_true(identity_find_or_add(identity, TEXT(""), &entry, &err));
	assert_null(entry);
	assert_true(
	    identity_find_or_add(identity, (struct text){longest, sizeof(longest)}, &entry, &err));
	assert_null(entry);
	assert_true(identity_find_or_add(
	    identity, (struct text){longest, sizeof(longest) - 1}, &entry, &err));
	assert_non_null(entry);
	identity_counts(identity, &counts);
	assert_int_equal(counts.too_long, 1);
	assert_int_equal(counts.actors, 1);
	identity_close(identity);
}

static void
finds_people_by_what_is_shown_of_them(void **state)
{
	struct identity *identity = fixture_identity(*state, 100);
	struct identity_entry *entry = fixture_actor(identity, "ada");
	char shown[PSEUDONYM_TEXT_BYTES];
	struct pseudonym pseudonym, other;
	enum identity_state known;
	struct buffer name = {0};
	struct error err = {0};
	uint32_t bits;

	assert_true(pseudonym_parse(text_of(pseudonym_text(&entry->pseudonym, shown)), &bits));
	assert_true(identity_find_short(identity, bits, &pseudonym, &known, &err));
	assert_int_equal(known, IDENTITY_KNOWN);
	assert_memory_equal(&pseudonym, &entry->pseudonym, sizeof(pseudonym));
	assert_true(identity_find_short(identity, bits ^ 1, &pseudonym, &known, &err));
	assert_int_equal(known, IDENTITY_NONE);
	assert_true(identity_name(identity, &entry->pseudonym, &name, &known, &err));
	assert_int_equal(known, IDENTITY_KNOWN);
	assert_true(text_is(buffer_text(&name), "ada"));
	other = entry->pseudonym;
	other.bytes[15] ^= 1;
	assert_true(identity_name(identity, &other, &name, &known, &err));
	assert_int_equal(known, IDENTITY_NONE);
	assert_int_equal(name.size, 3);
	buffer_fini(&name);
	identity_close(identity);
}

static void
read_whole(const char *path, const char *ending, struct buffer *bytes)
{
	struct error err = {0};
	char whole[128];

	snprintf(whole, sizeof(whole), "%s%s", path, ending);
	if (!file_read(whole, (size_t)1 << 30, bytes, &err) && err.kind != ERROR_MISSING)
		fail_msg("%s", err.text);
}

static void
holds_no_name_in_clear_and_is_its_owners_alone(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 100);
	struct buffer bytes = {0};
	struct stat stat_of;

	fixture_actor(identity, "Ada Lovelace");
	commit(identity);
	read_whole(fixture->path, "", &bytes);
	read_whole(fixture->path, "-wal", &bytes);
	assert_true(bytes.size > 4096);
	assert_null(memmem(bytes.data, bytes.size, "Lovelace", 8));
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	buffer_fini(&bytes);
	identity_close(identity);
}

static bool
try_open(const struct fixture *fixture, bool create, struct error *err)
{
	struct identity_options options = {
	    .path = fixture->path, .keys = fixture->keys, .actors_max = 100, .create = create};
	struct identity *identity = NULL;
	bool done = identity_open(&options, &identity, err);

	identity_close(identity);
	return done;
}

static void
is_not_made_anew_where_one_should_be(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};
	FILE *file;

	assert_false(try_open(fixture, false, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_non_null(strstr(
	    err.text, "restore it from a copy; a new one would give everybody a new pseudonym"));
	file = fopen(fixture->path, "w");
	fclose(file);
	assert_false(try_open(fixture, false, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	assert_true(try_open(fixture, true, &err));
	assert_true(try_open(fixture, false, &err));
}

static void
is_refused_with_other_keys(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	identity_close(fixture_identity(fixture, 100));
	keys_close(fixture->keys);
	unlink(fixture->keys_path);
	assert_true(keys_create(fixture->keys_path, &err));
	assert_true(keys_open(fixture->keys_path, &fixture->keys, &err));
	assert_false(try_open(fixture, true, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "belongs to another key file"));
}

/* Runs SQL behind the table's back, with the checksums right: as somebody who knows what they do. */
static void
tamper(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(
	    sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
is_refused_when_a_newer_program_wrote_it(void **state)
{
	struct error err = {0};

	identity_close(fixture_identity(*state, 100));
	tamper(*state, "PRAGMA user_version = 4");
	assert_false(try_open(*state, false, &err));
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_non_null(strstr(err.text, "written by a newer version of dyetrace"));
}

/* Of a bucket's entries, without the number of row 2. */
#define BEFORE_ENTRY_2 "substr(entries, 1, instr(entries, x'00000002') - 1) || "
#define BEHIND_ENTRY_2 "substr(entries, instr(entries, x'00000002') + 4)"

/* A row that somebody altered is damage, never another pseudonym. */
static void
sees_altered_rows(void **state)
{
	static const char *const changes[] = {
	    "UPDATE identity SET pseudonym = randomblob(16) WHERE number = 2",
	    "UPDATE identity SET sealed = randomblob(39) WHERE number = 2",
	    "UPDATE identity SET sealed = (SELECT i.sealed FROM identity i LIMIT 1)",
	    "UPDATE identity SET number = 9 WHERE number = 2",
	    "DELETE FROM identity WHERE number = 2",
	    "UPDATE by_lookup SET entries = " BEFORE_ENTRY_2 "x'00000003' || " BEHIND_ENTRY_2,
	    "UPDATE by_lookup SET entries = " BEFORE_ENTRY_2 "x'00000077' || " BEHIND_ENTRY_2,
	    "UPDATE identity SET sealed = zeroblob(0) WHERE number = 2",
	    "UPDATE identity SET pseudonym = x'00' WHERE number = 2",
	    "UPDATE identity SET sealed = 'text', pseudonym = 7 WHERE number = 2",
	};
	struct fixture *fixture = *state;
	struct buffer copy = {0};
	struct identity_entry *entry;
	struct identity *identity;
	size_t i;

	identity = fixture_identity(fixture, 100);
	fixture_actor(identity, "ada");
	fixture_actor(identity, "bob");
	fixture_actor(identity, "cid");
	commit(identity);
	identity_close(identity);
	identity_close(fixture_identity(fixture, 100)); /* indexes them */
	read_whole(fixture->path, "", &copy);
	for (i = 0; i < ARRAY_COUNT(changes); i++) {
		struct error err = {0};

		assert_true(file_replace(fixture->path, buffer_text(&copy), 0600, &err));
		tamper(fixture, changes[i]);
		identity = fixture_identity(fixture, 100);
		assert_non_null(fixture_actor(identity, "ada"));
		assert_false(identity_find_or_add(identity, TEXT("bob"), &entry, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		assert_false(identity_check(identity, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		identity_close(identity);
	}
	buffer_fini(&copy);
}

/* Whether every name is found as it was, or the damage is said: no third thing. */
static bool
finds_all_or_says(const struct fixture *fixture, const struct pseudonym *expected, int count)
{
	struct identity_options options = {
	    .path = fixture->path, .keys = fixture->keys, .actors_max = 1000};
	struct identity *identity = NULL;
	struct identity_entry *entry;
	struct error err = {0};
	bool all = true;
	int i;

	if (!identity_open(&options, &identity, &err)) {
		assert_int_equal(err.kind, ERROR_DAMAGED);
		return false;
	}
	for (i = 0; all && i < count; i++) {
		all = identity_find_or_add(identity, text_of(numbered(i)), &entry, &err);
		if (all)
			assert_memory_equal(&entry->pseudonym, &expected[i], sizeof(expected[i]));
		else
			assert_int_equal(err.kind, ERROR_DAMAGED);
	}
	/* Looked at as a whole, damage is always seen. */
	if (all) {
		assert_false(identity_check(identity, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
	}
	identity_close(identity);
	return all;
}

static void
never_gives_another_pseudonym_from_a_damaged_file(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 1000);
	struct pseudonym expected[300];
	struct buffer whole = {0}, bad = {0};
	struct error err = {0};
	size_t at, said = 0;
	int i;

	add_many(identity, 300);
	for (i = 0; i < 300; i++)
		expected[i] = fixture_actor(identity, numbered(i))->pseudonym;
	commit(identity);
	identity_close(identity);
	read_whole(fixture->path, "", &whole);
	assert_true(whole.size > 20000);
	for (at = 0; at < whole.size; at += 512) {
		bad.size = 0;
		buffer_add_text(&bad, buffer_text(&whole));
		bad.data[at + at / 512 * 37 % 512] ^= (uint8_t)(1 << at / 512 % 8);
		assert_true(file_replace(fixture->path, buffer_text(&bad), 0600, &err));
		said += !finds_all_or_says(fixture, expected, 300);
	}
	for (at = 0; at < whole.size; at += 512) {
		struct text cut = {(char *)whole.data, at};

		assert_true(file_replace(fixture->path, cut, 0600, &err));
		said += !finds_all_or_says(fixture, expected, 300);
	}
	assert_true(said > whole.size / 512);
	buffer_fini(&whole);
	buffer_fini(&bad);
}

/* What only a look at all of it can see. */
static void
sees_rows_that_no_index_leads_to(void **state)
{
	static const char *const changes[] = {
	    "UPDATE by_lookup SET entries = substr(entries, 13)",
	    "DELETE FROM by_lookup",
	    "UPDATE by_lookup SET entries = x'00' || entries",
	    "UPDATE shorts SET entries = substr(entries, 1, 8) || substr(entries, 17)",
	    "UPDATE shorts SET entries = substr(entries, 1, 12) || x'00000001' || substr(entries, "
	    "17)",
	    "DELETE FROM identity WHERE number = 3",
	    "UPDATE meta SET last_number = 2",
	};
	struct fixture *fixture = *state;
	struct buffer copy = {0};
	struct identity *identity;
	size_t i;

	identity = fixture_identity(fixture, 100);
	add_many(identity, 3);
	commit(identity);
	identity_close(identity);
	identity_close(fixture_identity(fixture, 100));
	read_whole(fixture->path, "", &copy);
	for (i = 0; i < ARRAY_COUNT(changes); i++) {
		struct error err = {0};

		assert_true(file_replace(fixture->path, buffer_text(&copy), 0600, &err));
		tamper(fixture, changes[i]);
		identity = fixture_identity(fixture, 100);
		assert_false(identity_check(identity, &err));
		assert_int_equal(err.kind, ERROR_DAMAGED);
		identity_close(identity);
	}
	buffer_fini(&copy);
}

static void
sees_a_table_without_its_head(void **state)
{
	struct identity *identity = fixture_identity(*state, 100);
	struct error err = {0};

	fixture_actor(identity, "ada");
	commit(identity);
	identity_close(identity);
	tamper(*state, "DELETE FROM meta");
	assert_false(try_open(*state, false, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
}

/* --- many ----------------------------------------------------------------------------------- */

#define MANY 330000

static void
check_some(struct identity *identity, const struct pseudonym *expected, int count)
{
	int i;

	for (i = 0; i < count; i += 997) {
		struct identity_entry *entry = fixture_actor(identity, numbered(i));

		assert_int_equal(entry->number, i + 1);
		assert_memory_equal(&entry->pseudonym, &expected[i], sizeof(expected[i]));
	}
}

/* Enough that lists are merged three times, the third not to its end. */
static void
indexes_many_rows_while_they_come_and_after_a_kill(void **state)
{
	struct fixture *fixture = *state;
	const size_t bytes = MANY * sizeof(struct pseudonym);
	struct pseudonym *expected =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct identity_counts counts;
	struct identity *identity;
	struct pseudonym erased;
	struct error err = {0};
	pid_t child = fork();
	int i, status;

	if (!child) {
		identity = fixture_identity(fixture, MANY + 1);
		for (i = 0; i < MANY; i++) {
			expected[i] = fixture_actor(identity, numbered(i))->pseudonym;
			if (i % 20000 == 0)
				commit(identity);
		}
		commit(identity);
		raise(SIGKILL);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	identity = fixture_identity(fixture, MANY + 1);
	check_some(identity, expected, MANY);
	assert_non_null(fixture_actor(identity, "somebody new"));
	identity_counts(identity, &counts);
	assert_int_equal(counts.actors, MANY + 1);
	assert_true(identity_erase(identity, text_of(numbered(5000)), &erased, &err));
	assert_memory_equal(&erased, &expected[5000], sizeof(erased));
	if (!identity_check(identity, &err))
		fail_msg("%s", err.text);
	identity_close(identity);
	munmap(expected, bytes);
}

/* --- the first layout ---------------------------------------------------------------------- */

static const char first_layout[] = "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1),"
				   " key_check BLOB NOT NULL, last_number INTEGER NOT NULL,"
				   " rows INTEGER NOT NULL);"
				   "CREATE TABLE identity(number INTEGER PRIMARY KEY,"
				   " lookup BLOB NOT NULL UNIQUE, pseudonym BLOB NOT NULL,"
				   " short INTEGER NOT NULL UNIQUE, sealed BLOB NOT NULL);"
				   "CREATE TABLE erased(short INTEGER PRIMARY KEY,"
				   " pseudonym BLOB NOT NULL);";

/* Rows as the first layout had them; their short is not read any more, so that any number does. */
static const char in_first_layout[] =
    "INSERT INTO meta SELECT id, key_check, last_number, rows FROM now.meta;"
    "INSERT INTO identity SELECT number, lookup, pseudonym, number, sealed"
    " FROM now.identity;"
    "INSERT INTO erased SELECT short, pseudonym FROM now.erased";

static void
turn_into_first_layout(const struct fixture *fixture)
{
	const char *const migrations[] = {first_layout};
	struct database_options options = {.mode = DATABASE_WRITE,
	    .application = 0x64796569,
	    .migration_count = 1,
	    .migrations = migrations};
	struct database *database = NULL;
	struct error err = {0};
	char path[128], attach[192];

	snprintf(path, sizeof(path), "%s-copy", fixture->path);
	snprintf(attach, sizeof(attach), "ATTACH '%s' AS now", fixture->path);
	options.path = path;
	if (!database_open(&options, &database, &err) || !database_run(database, attach, &err) ||
	    !database_run(database, in_first_layout, &err))
		fail_msg("%s", err.text);
	database_close(database);
	assert_int_equal(rename(path, fixture->path), 0);
}

/* A store made before rows were indexed late: everybody keeps number and pseudonym. */
static void
takes_over_a_table_of_the_first_layout(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 10000);
	struct pseudonym pseudonyms[3000], erased, found;
	struct error err = {0};
	enum identity_state known;
	int i;

	for (i = 0; i < 3000; i++)
		pseudonyms[i] = fixture_actor(identity, numbered(i))->pseudonym;
	assert_true(identity_erase(identity, text_of(numbered(77)), &erased, &err));
	identity_close(identity);
	identity_close(fixture_identity(fixture, 10000)); /* the rest is indexed */
	turn_into_first_layout(fixture);

	identity = fixture_identity(fixture, 10000);
	if (!identity_check(identity, &err))
		fail_msg("%s", err.text);
	for (i = 2999; i >= 0; i--)
		if (i != 77)
			assert_memory_equal(&fixture_actor(identity, numbered(i))->pseudonym,
			    &pseudonyms[i], sizeof(pseudonyms[i]));
	assert_true(identity_find_short(identity, shown_bits(&erased), &found, &known, &err));
	assert_int_equal(known, IDENTITY_ERASED);
	assert_true(
	    identity_find_short(identity, shown_bits(&pseudonyms[5]), &found, &known, &err));
	assert_int_equal(known, IDENTITY_KNOWN);
	assert_int_equal(fixture_actor(identity, "somebody new")->number, 3001);
	identity_close(identity);
	identity_close(fixture_identity(fixture, 10000));
}

/* --- erasing -------------------------------------------------------------------------------- */

/* The sealed name and the lookup of a row, as they stand in the file. */
static void
stored_bytes(
    const struct fixture *fixture, uint32_t number, struct buffer *sealed, struct buffer *lookup)
{
	sqlite3_stmt *ask = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(
	    sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(
		db, "SELECT sealed, lookup FROM identity WHERE number = ?1", -1, &ask, NULL),
	    SQLITE_OK);
	sqlite3_bind_int64(ask, 1, number);
	assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
	buffer_add(sealed, sqlite3_column_blob(ask, 0), (size_t)sqlite3_column_bytes(ask, 0));
	buffer_add(lookup, sqlite3_column_blob(ask, 1), (size_t)sqlite3_column_bytes(ask, 1));
	sqlite3_finalize(ask);
	sqlite3_close(db);
}

static void
erases_so_that_the_name_is_somebody_new(void **state)
{
	struct identity *identity = fixture_identity(*state, 100);
	struct pseudonym before, erased, found;
	enum identity_state known;
	struct buffer name = {0};
	struct error err = {0};

	fixture_actor(identity, "bob");
	before = fixture_actor(identity, "ada")->pseudonym;
	assert_true(identity_erase(identity, TEXT("ada"), &erased, &err));
	assert_memory_equal(&erased, &before, sizeof(before));
	assert_true(identity_name(identity, &before, &name, &known, &err));
	assert_int_equal(known, IDENTITY_ERASED);
	assert_int_equal(name.size, 0);
	assert_true(identity_find_short(identity,
	    (uint32_t)before.bytes[0] << 24 | (uint32_t)before.bytes[1] << 16 |
		(uint32_t)before.bytes[2] << 8 | before.bytes[3],
	    &found, &known, &err));
	assert_int_equal(known, IDENTITY_ERASED);
	assert_memory_equal(&found, &before, sizeof(before));
	assert_memory_not_equal(
	    &fixture_actor(identity, "ada")->pseudonym, &before, sizeof(before));
	assert_int_equal(fixture_actor(identity, "ada")->number, 3);
	assert_true(identity_erase(identity, TEXT("nobody"), &erased, &err));
	assert_memory_equal(&erased, &(struct pseudonym){0}, sizeof(erased));
	identity_close(identity);

	identity = fixture_identity(*state, 100);
	assert_memory_not_equal(
	    &fixture_actor(identity, "ada")->pseudonym, &before, sizeof(before));
	assert_int_equal(fixture_actor(identity, "bob")->number, 1);
	assert_true(identity_check(identity, &err));
	identity_close(identity);
}

/* 40,000 rows, in whose pages cells were moved often; 300 erased ones are looked for byte by byte. */
static void
erases_every_byte(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 100000);
	struct buffer sealed[300] = {0}, lookups[300] = {0}, bytes = {0};
	struct pseudonym erased;
	struct error err = {0};
	int i;

	for (i = 0; i < 20000; i++) {
		fixture_actor(identity, numbered(i));
		if (i % 500 == 0)
			commit(identity);
	}
	commit(identity);
	/* Indexed, and the second half while it waits. */
	identity_close(identity);
	identity = fixture_identity(fixture, 100000);
	for (i = 20000; i < 40000; i++)
		fixture_actor(identity, numbered(i));
	commit(identity);
	for (i = 0; i < 300; i++)
		stored_bytes(fixture, (uint32_t)(i * 131 + 1), &sealed[i], &lookups[i]);
	for (i = 0; i < 300; i++)
		assert_true(identity_erase(identity, text_of(numbered(i * 131)), &erased, &err));
	read_whole(fixture->path, "", &bytes);
	read_whole(fixture->path, "-wal", &bytes);
	for (i = 0; i < 300; i++) {
		assert_null(memmem(bytes.data, bytes.size, sealed[i].data, sealed[i].size));
		assert_null(memmem(bytes.data, bytes.size, lookups[i].data, 8));
		buffer_fini(&sealed[i]);
		buffer_fini(&lookups[i]);
	}
	buffer_fini(&bytes);
	assert_true(identity_check(identity, &err));
	identity_close(identity);
}

/* While another process reads, the log keeps the old page; the next commit after it cuts it. */
static void
erases_the_log_once_nobody_reads_it(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 100);
	struct buffer sealed = {0}, lookup = {0}, bytes = {0};
	struct pseudonym erased;
	struct error err = {0};
	sqlite3 *reader = NULL;

	fixture_actor(identity, "ada");
	commit(identity);
	stored_bytes(fixture, 1, &sealed, &lookup);
	assert_int_equal(
	    sqlite3_open_v2(fixture->path, &reader, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	sqlite3_exec(reader, "BEGIN; SELECT * FROM identity", NULL, NULL, NULL);
	assert_true(identity_erase(identity, TEXT("ada"), &erased, &err));
	read_whole(fixture->path, "", &bytes);
	read_whole(fixture->path, "-wal", &bytes);
	assert_non_null(memmem(bytes.data, bytes.size, sealed.data, sealed.size));
	sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(reader);
	fixture_actor(identity, "bob");
	commit(identity);
	bytes.size = 0;
	read_whole(fixture->path, "", &bytes);
	read_whole(fixture->path, "-wal", &bytes);
	assert_null(memmem(bytes.data, bytes.size, sealed.data, sealed.size));
	buffer_fini(&sealed);
	buffer_fini(&lookup);
	buffer_fini(&bytes);
	identity_close(identity);
}

/* --- rotating ------------------------------------------------------------------------------- */

struct progress {
	int calls, kill_at;
	int64_t done, total;
};

static void
count_or_die(void *context, int64_t done, int64_t total)
{
	struct progress *progress = context;

	assert_true(done >= progress->done && done <= total);
	progress->done = done;
	progress->total = total;
	if (++progress->calls == progress->kill_at)
		raise(SIGKILL);
}

static uint64_t
rows_of_generation(const struct fixture *fixture, int generation)
{
	char sql[128];
	sqlite3_stmt *ask = NULL;
	sqlite3 *db = NULL;
	uint64_t rows;

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM identity WHERE substr(sealed, 1, 4) = x'%08x'",
	    (unsigned)generation);
	assert_int_equal(
	    sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, "dyetrace"), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &ask, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
	rows = (uint64_t)sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	sqlite3_close(db);
	return rows;
}

static void
rotates_even_when_killed_in_the_middle(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 100000);
	struct progress progress = {.kill_at = 2};
	struct pseudonym first, last;
	struct error err = {0};
	pid_t child;
	int status;

	add_many(identity, 10000);
	first = fixture_actor(identity, numbered(0))->pseudonym;
	last = fixture_actor(identity, numbered(9999))->pseudonym;
	commit(identity);
	identity_close(identity);
	assert_true(keys_vault_rotate(fixture->keys, fixture->keys_path, &err));
	child = fork();
	if (!child) {
		identity = fixture_identity(fixture, 100000);
		fixture_actor(identity, "met while it goes on");
		if (!identity_rotate(identity, count_or_die, &progress, &err))
			fprintf(stderr, "%s\n", err.text);
		_exit(1);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(rows_of_generation(fixture, 2), 8193);
	assert_int_equal(rows_of_generation(fixture, 1), 1808);

	identity = fixture_identity(fixture, 100000);
	assert_memory_equal(
	    &fixture_actor(identity, numbered(9999))->pseudonym, &last, sizeof(last));
	progress = (struct progress){0};
	assert_true(identity_rotate(identity, count_or_die, &progress, &err));
	assert_int_equal(progress.done, 10001);
	assert_int_equal(progress.total, 10001);
	assert_int_equal(rows_of_generation(fixture, 1), 0);
	identity_close(identity);
	assert_true(keys_vault_forget(fixture->keys, fixture->keys_path, &err));
	identity = fixture_identity(fixture, 100000);
	assert_true(identity_check(identity, &err));
	assert_memory_equal(
	    &fixture_actor(identity, numbered(0))->pseudonym, &first, sizeof(first));
	identity_close(identity);
}

static void
leaves_no_old_seal_behind_after_rotation(void **state)
{
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 1000);
	struct buffer sealed = {0}, lookup = {0}, bytes = {0};
	struct error err = {0};

	add_many(identity, 300);
	commit(identity);
	stored_bytes(fixture, 150, &sealed, &lookup);
	assert_true(keys_vault_rotate(fixture->keys, fixture->keys_path, &err));
	assert_true(identity_rotate(identity, NULL, NULL, &err));
	read_whole(fixture->path, "", &bytes);
	read_whole(fixture->path, "-wal", &bytes);
	assert_null(memmem(bytes.data, bytes.size, sealed.data, sealed.size));
	buffer_fini(&sealed);
	buffer_fini(&lookup);
	buffer_fini(&bytes);
	identity_close(identity);
}

int
main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
	    WITH_FIXTURE(gives_a_name_one_pseudonym_and_the_next_number),
	    WITH_FIXTURE(keeps_them_over_a_restart_in_whatever_order_they_come),
	    WITH_FIXTURE(forgets_what_was_not_committed),
	    WITH_FIXTURE(is_unknown_beyond_the_limit_and_says_how_often),
	    WITH_FIXTURE(has_no_entry_for_no_name),
	    WITH_FIXTURE(finds_people_by_what_is_shown_of_them),
	    WITH_FIXTURE(holds_no_name_in_clear_and_is_its_owners_alone),
	    WITH_FIXTURE(is_not_made_anew_where_one_should_be),
	    WITH_FIXTURE(is_refused_with_other_keys),
	    WITH_FIXTURE(is_refused_when_a_newer_program_wrote_it),
	    WITH_FIXTURE(sees_altered_rows),
	    WITH_FIXTURE(never_gives_another_pseudonym_from_a_damaged_file),
	    WITH_FIXTURE(sees_rows_that_no_index_leads_to),
	    WITH_FIXTURE(sees_a_table_without_its_head),
	    WITH_FIXTURE(indexes_many_rows_while_they_come_and_after_a_kill),
	    WITH_FIXTURE(takes_over_a_table_of_the_first_layout),
	    WITH_FIXTURE(erases_so_that_the_name_is_somebody_new),
	    WITH_FIXTURE(erases_every_byte),
	    WITH_FIXTURE(erases_the_log_once_nobody_reads_it),
	    WITH_FIXTURE(rotates_even_when_killed_in_the_middle),
	    WITH_FIXTURE(leaves_no_old_seal_behind_after_rotation),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
