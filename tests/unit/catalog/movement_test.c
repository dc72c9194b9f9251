/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of movement reach the catalog with a commit, answer its questions, and are never trusted. */
#include "scratch.h"

#include <sqlite3.h>
#include <string.h>

#include "base/memory.h"
#include "catalog/movement.h"
#include "fake_ledger.h"

/* --- rows ----------------------------------------------------------------------------- */

static void
put_number(struct buffer *out, uint64_t number)
{
	for (; number >= 128; number >>= 7)
		buffer_add_byte(out, (uint8_t)(number | 128));
	buffer_add_byte(out, (uint8_t)number);
}

static void
put_double(struct buffer *out, double number)
{
	buffer_add(out, &number, sizeof(number)); /* the tests run on little endian machines */
}

static void
put_sums(struct buffer *out, uint64_t count, double magnitude, double moved)
{
	put_number(out, count);
	put_double(out, magnitude);
	put_double(out, moved);
}

static void
put_cell(struct buffer *out, uint64_t hour, uint64_t by, uint64_t word, double magnitude)
{
	put_number(out, hour);
	put_number(out, by);
	put_number(out, word);
	put_sums(out, 2, magnitude, -magnitude);
}

static void
put_actor(struct buffer *out, uint32_t actor)
{
	buffer_add(out, &actor, sizeof(actor));
}

/* What the sink is given: two subjects, two words, days 5 and 6, the latter in two parts and not ended. */
static void
fill(struct movement_log *log)
{
	struct movement_sink sink = movement_log_sink(log, false);
	struct buffer cells = {0}, top = {0}, rows = {0};
	int64_t day;

	sink.subject(log, 1, MOVEMENT_FEATURE, TEXT("load"));
	sink.subject(log, 2, MOVEMENT_MODEL, TEXT("load"));
	sink.word(log, 1, TEXT("red"));
	sink.word(log, 2, TEXT(""));
	put_cell(&cells, 3, BY_TEAM, 0, 9);
	put_cell(&cells, 3, BY_TEAM, 1 + 1, 4);
	put_cell(&cells, 3, BY_CHANNEL, MOVEMENT_UNKNOWN + 1, 4);
	put_actor(&top, 0x07000009);
	put_sums(&top, 3, 4, 1.5);
	put_actor(&rows, 0x07000001);
	put_number(&rows, 1);
	put_number(&rows, 1);
	put_sums(&rows, 1, 1, 1);
	put_actor(&rows, 0x07000009);
	put_number(&rows, 2);
	put_number(&rows, 1);
	put_sums(&rows, 300, 4, 1.5);
	put_number(&rows, 2);
	put_sums(&rows, 1, 0.25, 0.25);
	for (day = 5; day < 7; day++) {
		sink.day(log, 1, day, day == 5, 7, 4, 16, buffer_text(&cells), buffer_text(&top));
		sink.actors(log, day, 0, 7, true, buffer_text(&rows));
	}
	sink.day(
	    log, 2, 5, true, 0, 0, 0, TEXT("\5\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), TEXT(""));
	sink.actors(log, 6, 1, 7, false, buffer_text(&rows));
	sink.scale(log, 1, 100, 5, 0.5);
	sink.scale(log, 1, 200, 6, 0.75);
	buffer_fini(&cells);
	buffer_fini(&top);
	buffer_fini(&rows);
}

static struct catalog *
make_catalog(const char *name)
{
	struct catalog *catalog = scratch_catalog(name, CATALOG_WRITE);
	struct movement_log log = {0};
	struct fake_ledger ledger;

	fake_ledger_make(&ledger, 3, 2000, 500);
	fill(&log);
	ledger.movement = &log;
	fake_commit_all(catalog, &ledger, 0, 1, 3);
	fake_ledger_fini(&ledger);
	movement_log_fini(&log);
	return catalog;
}

static int
remove_both(void **state)
{
	scratch_remove("one.db");
	scratch_remove("two.db");
	return 0;
}

/* --- questions ------------------------------------------------------------------------ */

static void
subjects_are_found_by_name_and_kind(void **state)
{
	struct catalog *catalog = make_catalog("one.db");
	struct error err = {0};
	struct buffer text = {0};
	uint32_t number;
	bool found;

	well(catalog_subject(catalog, MOVEMENT_MODEL, TEXT("load"), &number, &found, &err), &err);
	assert_true(found);
	assert_int_equal(number, 2);
	well(catalog_subject(catalog, MOVEMENT_MODEL, TEXT("loa"), &number, &found, &err), &err);
	assert_false(found);
	well(catalog_word(catalog, 1, &text, &found, &err), &err);
	assert_true(found && text_is(buffer_text(&text), "red"));
	well(catalog_word(catalog, 3, &text, &found, &err), &err);
	assert_false(found);
	buffer_fini(&text);
	catalog_close(catalog);
}

struct seen {
	int64_t days[8];
	uint32_t parts[8];
	size_t count, limit, cells;
	double moved;
};

static bool
see_day(void *context, const struct catalog_movement_day *day)
{
	struct movement_reader reader = {.bytes = reader_of(day->cells)};
	struct movement_cell_read cell;
	struct seen *seen = context;
	struct error err = {0};
	bool more = true;

	for (;;) {
		well(movement_read_cell(&reader, &cell, &more, &err), &err);
		if (!more)
			break;
		seen->cells++;
		seen->moved += cell.sums.moved;
	}
	assert_int_equal(day->subject, 1);
	assert_int_equal(day->actor_count, 7);
	assert_true(day->total == 4 && day->squares == 16);
	assert_int_equal(day->ended, day->day == 5);
	seen->days[seen->count++] = day->day;
	return seen->count < seen->limit;
}

static void
days_of_a_subject_come_in_order(void **state)
{
	static const struct {
		int64_t from, to;
		size_t limit, count;
		int64_t first;
	} cases[] = {
	    {5, 6, 9, 2, 5},
	    {6, 600, 9, 1, 6},
	    {INT64_MIN, INT64_MAX, 9, 2, 5},
	    {INT64_MIN, INT64_MAX, 1, 1, 5},
	    {7, 9, 9, 0, 0},
	    {6, 5, 9, 0, 0},
	};
	struct catalog *catalog = make_catalog("one.db");
	struct error err = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct seen seen = {.limit = cases[i].limit};

		well(catalog_movement_days(
			 catalog, 1, cases[i].from, cases[i].to, i % 2, see_day, &seen, &err),
		    &err);
		assert_int_equal(seen.count, cases[i].count);
		assert_int_equal(seen.days[0], cases[i].first);
		assert_int_equal(seen.cells, 3 * seen.count);
		assert_true(seen.moved == -17.0 * (double)seen.count);
	}
	catalog_close(catalog);
}

static bool
see_actor(void *context, const struct catalog_movement_actor *moved)
{
	struct seen *seen = context;

	assert_int_equal(moved->count, moved->subject == 1 ? 300 : 1);
	assert_int_equal(moved->ended, moved->day == 5 || moved->part == 0);
	seen->days[seen->count] = moved->day;
	seen->parts[seen->count++] = moved->part;
	seen->moved += moved->moved;
	return seen->count < seen->limit;
}

static void
an_actor_is_found_in_all_parts(void **state)
{
	static const struct {
		uint32_t actor;
		int64_t from, to;
		size_t limit, count;
	} cases[] = {
	    {0x07000009, 0, 100, 9, 6},
	    {0x07000009, 6, 6, 9, 4},
	    {0x07000009, 0, 100, 3, 3},
	    {0x07000005, 0, 100, 9, 0},
	    {0x0700000a, 0, 100, 9, 0},
	    {0x08000009, 0, 100, 9, 0},
	};
	struct catalog *catalog = make_catalog("one.db");
	struct error err = {0};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct seen seen = {.limit = cases[i].limit};

		well(catalog_movement_of_actor(catalog, cases[i].actor, cases[i].from, cases[i].to,
			 see_actor, &seen, &err),
		    &err);
		assert_int_equal(seen.count, cases[i].count);
		if (cases[i].count == 6) {
			assert_int_equal(seen.parts[5], 1);
			assert_int_equal(seen.days[5], 6);
			assert_true(seen.moved == 3 * 1.75);
		}
	}
	catalog_close(catalog);
}

static void
a_scale_is_in_force_from_its_record_on(void **state)
{
	static const struct {
		uint64_t record;
		bool found;
		double scale;
	} cases[] = {{99, false, 0}, {100, true, 0.5}, {199, true, 0.5}, {200, true, 0.75},
	    {UINT64_MAX, true, 0.75}};
	struct catalog *catalog = make_catalog("one.db");
	struct catalog_scale scale;
	struct error err = {0};
	bool found;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		well(catalog_scale_at(catalog, 1, cases[i].record, &scale, &found, &err), &err);
		assert_int_equal(found, cases[i].found);
		assert_true(!found || scale.scale == cases[i].scale);
	}
	well(catalog_scale_at(catalog, 2, 500, &scale, &found, &err), &err);
	assert_false(found);
	catalog_close(catalog);
}

/* --- rows against each other ------------------------------------------------------------ */

static void
change(const char *name, const char *sql)
{
	char path[SCRATCH_PATH_BYTES];
	struct catalog *catalog = scratch_catalog(name, CATALOG_WRITE);
	struct error err = {0};
	sqlite3 *db;

	well(catalog_settle(catalog, &err), &err);
	assert_int_equal(sqlite3_open(scratch_path(name, path), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
	catalog_close(catalog);
}

static void
only_final_rows_are_compared(void **state)
{
	static const struct {
		const char *sql, *difference;
	} cases[] = {
	    {"UPDATE movement_day SET total = 5 WHERE ended = 0", ""},
	    {"DELETE FROM movement_actor WHERE ended = 0", ""},
	    {"UPDATE movement_day SET total = 4.0000000000000009 WHERE ended = 1 AND subject = 1",
		"movement_day key 1572869: total is 4.0 here, 4.0 there"},
	    {"UPDATE scale SET scale = 0.25 WHERE record = 100",
		"scale subject 1: scale is 0.5 here, 0.25 there"},
	    {"DELETE FROM movement_actor WHERE part = 0 AND day = 6",
		"movement_actor key 8246343499776: only here"},
	};
	struct buffer difference = {0};
	struct error err = {0};
	size_t i;
	bool equal;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct catalog *one = make_catalog("one.db"), *two = make_catalog("two.db");

		catalog_close(two);
		change("two.db", cases[i].sql);
		two = scratch_catalog("two.db", CATALOG_READ);
		difference.size = 0;
		well(catalog_equal(one, two, &equal, &difference, &err), &err);
		buffer_add_byte(&difference, '\0');
		assert_string_equal((char *)difference.data, cases[i].difference);
		assert_int_equal(equal, !cases[i].difference[0]);
		catalog_close(one);
		catalog_close(two);
		remove_both(state);
	}
	buffer_fini(&difference);
}

static void
what_contradicts_itself_is_damage(void **state)
{
	static const struct {
		const char *sql, *sentence;
	} cases[] = {
	    {"DELETE FROM subject WHERE number = 1", "subject 1 is missing"},
	    {"DELETE FROM word WHERE number = 1", "word 1 is missing"},
	    {"DELETE FROM subject WHERE number = 2",
		"movement: subject 2, day 5: the subject is not there"},
	    {"DELETE FROM word WHERE number = 2; DELETE FROM word WHERE number = 1",
		"movement: subject 1, day 5: word 1, which is not there"},
	    {"UPDATE movement_day SET total = 5 WHERE day = 6",
		"movement: subject 1, day 6: teams moved 4, actors 5"},
	    {"UPDATE movement_day SET actor_count = 0 WHERE day = 6",
		"movement: subject 1, day 6: 1 actors moved 4, all of 0 4"},
	    {"UPDATE movement_day SET cells = x'ff' WHERE day = 6",
		"movement: subject 1, day 6: cell 0 is of no hour or kind of name"},
	    {"UPDATE movement_day SET actors = x'01' WHERE day = 6",
		"movement: subject 1, day 6: actor 0 is cut off, or one too many"},
	    {"UPDATE movement_actor SET rows = x'ff' WHERE part = 1",
		"movement of day 6, part 1, bucket 7: actor 0 is cut off, or moves nothing"},
	    {"UPDATE movement_actor SET bucket = 8, key = key + 1048576 * 1048576 WHERE part = 1",
		"movement of day 6, part 1, bucket 8: actor 07000001 of another bucket"},
	    {"UPDATE scale SET record = 90000 WHERE record = 200",
		"a scale of subject 1 from record 90000 on, which is not there"},
	};
	struct error err;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct catalog *catalog = make_catalog("one.db");

		catalog_close(catalog);
		catalog = scratch_catalog("one.db", CATALOG_READ);
		well(catalog_check(catalog, &err), &err);
		catalog_close(catalog);
		change("one.db", cases[i].sql);
		catalog = scratch_catalog("one.db", CATALOG_READ);
		err = (struct error){0};
		if (catalog_check(catalog, &err))
			fail_msg("%s: not seen", cases[i].sql);
		assert_int_equal(err.kind, ERROR_DAMAGED);
		if (!strstr(err.text, cases[i].sentence))
			fail_msg("%s: %s", cases[i].sql, err.text);
		catalog_close(catalog);
		remove_both(state);
	}
}

static void
a_name_is_for_good(void **state)
{
	struct catalog *catalog = make_catalog("one.db");
	struct movement_log log = {0};
	struct movement_sink sink = movement_log_sink(&log, false);
	struct fake_ledger ledger;
	struct error err = {0};

	fake_ledger_make(&ledger, 3, 3000, 500);
	ledger.movement = &log;
	sink.word(&log, 2, TEXT("blue"));
	assert_false(
	    fake_commit(catalog, &ledger, ledger.block_count - 1, ledger.block_count, &err));
	assert_int_equal(err.kind, ERROR_DAMAGED);
	movement_log_fini(&log);
	fake_ledger_fini(&ledger);
	catalog_close(catalog);
}

/* --- bytes ---------------------------------------------------------------------------- */

#define SUMS "\1\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xf0\x3f"
#define LESS "\1\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\xf0\x3f"
#define NOT_A_NUMBER "\1\0\0\0\0\0\0\xf8\x7f\0\0\0\0\0\0\xf0\x3f"
#define NEGATIVE "\1\0\0\0\0\0\0\xf0\xbf\0\0\0\0\0\0\xf0\x3f"

enum form {
	CELLS,
	TOP,
	ROWS
};

/* Reads to the end. */
static bool
read_all(enum form form, struct text bytes, size_t *items, struct error *err)
{
	struct movement_reader reader = {.bytes = reader_of(bytes)};
	struct movement_cell_read cell;
	struct movement_top_read top;
	struct movement_actor_read actor;
	struct movement_sums sums;
	uint32_t subject;
	bool more = true;

	for (*items = 0; more; *items += more) {
		if (form == CELLS     ? !movement_read_cell(&reader, &cell, &more, err)
			: form == TOP ? !movement_read_top(&reader, &top, &more, err)
				      : !movement_read_actor(&reader, &actor, &more, err))
			return false;
		for (; form == ROWS && more && actor.subjects; actor.subjects--)
			if (!movement_read_subject(&reader, &actor, &subject, &sums, err))
				return false;
	}
	return true;
}

static void
bytes_are_never_trusted(void **state)
{
	static const struct {
		enum form form;
		struct text bytes;
		size_t items;
		const char *sentence; /* NULL: all is well */
	} cases[] = {
	    {CELLS, TEXT(""), 0, NULL},
	    {CELLS, TEXT("\0\0\0" SUMS "\0\0\1" SUMS "\27\3\xff\xff\xff\xff\x0f" SUMS), 3, NULL},
	    {CELLS, TEXT("\30\0\0" SUMS), 0, "cell 0 is of no hour or kind of name"},
	    {CELLS, TEXT("\0\4\0" SUMS), 0, "cell 0 is of no hour or kind of name"},
	    {CELLS, TEXT("\0\0\xff\xff\xff\xff\x1f" SUMS), 0, "cell 0 is of no word"},
	    {CELLS, TEXT("\0\0\0" SUMS "\0\0\0" SUMS), 1, "cell 1 is out of order"},
	    {CELLS, TEXT("\1\0\0" SUMS "\0\0\1" SUMS), 1, "cell 1 is out of order"},
	    {CELLS, TEXT("\0\0\0\1\0\0"), 0, "cell 0 is cut off, or holds what is no number"},
	    {CELLS, TEXT("\0\0\0" NOT_A_NUMBER), 0,
		"cell 0 is cut off, or holds what is no number"},
	    {CELLS, TEXT("\0\0\0" NEGATIVE), 0, "cell 0 counts nothing"},
	    {CELLS, TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, "cell 0 counts nothing"},
	    {CELLS, TEXT("\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\2" SUMS), 0,
		"cell 0 is cut off, or holds what is no number"},
	    {TOP, TEXT("\1\0\0\0" SUMS "\2\0\0\0" SUMS "\1\0\0\0" LESS), 3, NULL},
	    {TOP, TEXT("\1\0\0\0" LESS "\2\0\0\0" SUMS), 1, "actor 1 is out of order"},
	    {TOP, TEXT("\2\0\0\0" SUMS "\2\0\0\0" SUMS), 1, "actor 1 is out of order"},
	    {TOP, TEXT("\2\0\0"), 0, "actor 0 is cut off, or one too many"},
	    {ROWS, TEXT("\1\0\0\0\2\1" SUMS "\2" SUMS "\2\0\0\0\1\1" SUMS), 2, NULL},
	    {ROWS, TEXT("\1\0\0\0\0"), 0, "actor 0 is cut off, or moves nothing"},
	    {ROWS, TEXT("\1\0\0\0\2\1" SUMS), 0, "actor 0 has its subjects out of order"},
	    {ROWS, TEXT("\1\0\0\0\2\2" SUMS "\2" SUMS), 0, "actor 0 has its subjects out of order"},
	    {ROWS, TEXT("\1\0\0\0\1\0" SUMS), 0, "actor 0 has its subjects out of order"},
	    {ROWS, TEXT("\2\0\0\0\1\1" SUMS "\1\0\0\0\1\1" SUMS), 1, "actor 1 is out of order"},
	    {ROWS, TEXT("\2\0\0\0\xff\xff\xff\xff\xff\xff"), 0,
		"actor 0 is cut off, or moves nothing"},
	};
	struct error err;
	size_t i, items;
	bool done;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		err = (struct error){0};
		done = read_all(cases[i].form, cases[i].bytes, &items, &err);
		if (done != !cases[i].sentence || items != cases[i].items)
			fail_msg("case %zu: %d, %zu items: %s", i, done, items, err.text);
		if (!done)
			assert_string_equal(err.text, cases[i].sentence);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_both)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(subjects_are_found_by_name_and_kind),
	    TEST(days_of_a_subject_come_in_order),
	    TEST(an_actor_is_found_in_all_parts),
	    TEST(a_scale_is_in_force_from_its_record_on),
	    TEST(only_final_rows_are_compared),
	    TEST(what_contradicts_itself_is_damage),
	    TEST(a_name_is_for_good),
	    cmocka_unit_test(bytes_are_never_trusted),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
