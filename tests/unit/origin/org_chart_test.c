/* SPDX-License-Identifier: Apache-2.0 */
/* The org chart: what is read, what is refused in which words, who is where when. */
#include "origin/org_chart.h"

#include "base/timestamp.h"
#include "fixture.h"

#define HEAD "person,team,manager,kind,valid_from,valid_to\n"

static int64_t
at(const char *time)
{
	struct timestamp_rule rule = {.format = TIMESTAMP_ISO8601};
	struct error err = {0};
	int64_t time_ms;

	if (!timestamp_parse(text_of(time), &rule, &time_ms, &err))
		fail_msg("%s", err.text);
	return time_ms;
}

static struct org_chart *
parse(const char *csv, struct symbols *names)
{
	struct org_chart *chart = NULL;
	struct error err = {0};

	if (!org_chart_parse("chart.csv", text_of(csv), names, &chart, &err))
		fail_msg("%s", err.text);
	return chart;
}

static void
says_every_mistake_with_its_place(void **state)
{
	static const struct {
		const char *csv, *sentence;
	} cases[] = {
	    {"",
		"chart.csv:1:1: the file is empty: its first line is "
		"person,team,manager,kind,valid_from,valid_to"},
	    {"\xef\xbb\xbf\r\n",
		"chart.csv:2:1: the file is empty: its first line is "
		"person,team,manager,kind,valid_from,valid_to"},
	    {"person,team,manager,valid_from\n",
		"chart.csv:1:1: the header lacks the column valid_to: it is "
		"person,team,manager,kind,valid_from,valid_to"},
	    {"\xef\xbb\xbfperson,team,manger,kind,valid_from,valid_to\n",
		"chart.csv:1:13: no column \"manger\" is known; did you mean manager? (and 1 "
		"more)"},
	    {"person,team,manager,salary,valid_from,valid_to\n",
		"chart.csv:1:21: no column \"salary\" is known; there are person, team, manager, "
		"kind, valid_from and "
		"valid_to"},
	    {"person,team,person,manager,kind,valid_from,valid_to\n",
		"chart.csv:1:13: a second column person: remove one"},
	    {HEAD "ada,it,,human,2016-01-01\n", "chart.csv:2:1: 5 cells where the header has 6"},
	    {HEAD "ada,it,,human,2016-01-01,,\n", "chart.csv:2:1: 7 cells where the header has 6"},
	    {HEAD "ada,,,human,,\n", "chart.csv:2:5: team is empty: every row needs one"},
	    {HEAD ",it,,human,,\n", "chart.csv:2:1: person is empty: every row needs one"},
	    {HEAD "ada,it,,robot,,\n",
		"chart.csv:2:9: no kind \"robot\" is known; there are human and service"},
	    {HEAD "ada ,it,,human,,\n",
		"chart.csv:2:1: person has a blank at its edge: remove it, names are compared as "
		"they are"},
	    {HEAD "\"ad\na\",it,,human,,\n",
		"chart.csv:2:1: person holds a control character: remove it"},
	    {HEAD "\xff,it,,human,,\n",
		"chart.csv:2:1: person is not UTF-8: write the file in that encoding"},
	    {HEAD "ada,it,,human,2016-02-01,2016-02-01\n",
		"chart.csv:2:26: valid_to is not after valid_from: the row would never hold"},
	    {HEAD "ada,it,,human,2016-02-01,2015-02-01\n",
		"chart.csv:2:26: valid_to is not after valid_from: the row would never hold"},
	    {HEAD "ada,it,,human,,\nada,hr,,human,2016-01-01,\n",
		"chart.csv:3:15: overlaps line 2, which is the same person's: let one end where "
		"the other begins"},
	    {HEAD "\xc3\xa9ve,hr,,human,2016-01-01,\n\xc3\xa9ve,it,,human,,2016-01-02\n",
		"chart.csv:3:15: overlaps line 2, which is the same person's: let one end where "
		"the other begins"},
	    {HEAD "ada,it,,human,,2020-01-01\nada,hr,,human,2015-01-01,2016-01-01\nada,hr,,human,"
		  "2017-01-01,\n",
		"chart.csv:3:15: overlaps line 2, which is the same person's: let one end where "
		"the other begins (and "
		"1 more)"},
	    {HEAD "ada,it,,human,,\nbob,it,,,,\nada,it,,human,,\n",
		"chart.csv:4:1: says the same as line 2: remove one"},
	    {HEAD "ada,it,,human,,\nbob,it,ads,human,,\n",
		"chart.csv:3:8: the manager is no person of this chart; did you mean the one of "
		"line 2?"},
	    {HEAD "ada,it,somebody else,human,,\n",
		"chart.csv:2:8: the manager is no person of this chart: add a row, or leave the "
		"cell empty"},
	    {HEAD "ada,it,ada,human,2016-01-01,\n",
		"chart.csv:2:8: from 2016-01-01T00:00:00Z on this person is above themself: lines "
		"2; give one of them "
		"another manager"},
	    {HEAD "ada,it,bob,,,\nbob,it,cid,,,\ncid,it,ada,,2016-05-01,\ncid,it,,,,2016-05-01\n",
		"chart.csv:4:8: from 2016-05-01T00:00:00Z on this person is above themself: lines "
		"4 2 3; give one of "
		"them another manager"},
	    {HEAD "ada,it,bob,,,\nbob,it,ada,,,\n",
		"chart.csv:2:8: from ever on this person is above themself: lines 2 3; give one of "
		"them another manager"},
	    {HEAD "ada,it,\"bob,,,\n", "chart.csv:2:8: this quote is never closed"},
	    {HEAD "ada,it \"x\",,,,\n",
		"chart.csv:2:8: a quote within a cell: put the whole cell in quotes and write this "
		"one twice"},
	    {HEAD "\"ada\"x,it,,,,\n",
		"chart.csv:2:6: a comma or the line's end is expected behind a closing quote"},
	    {HEAD ",,,,,,,,,,,,,,,,,,,,,,\n", "chart.csv:2:17: too many cells"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct symbols *names = symbols_open();
		struct org_chart *chart = NULL;
		struct error err = {0};

		if (org_chart_parse("chart.csv", text_of(cases[i].csv), names, &chart, &err))
			fail_msg("taken, though: %s", cases[i].sentence);
		assert_string_equal(err.text, cases[i].sentence);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_null(chart);
		symbols_close(names);
	}
}

static void
says_what_a_date_should_look_like(void **state)
{
	static const char *const dates[] = {
	    "2016-13-01", "01.02.2016", "2016-02-30", "yesterday", "9999-01-01"};
	char csv[256];
	size_t i;

	for (i = 0; i < ARRAY_COUNT(dates); i++) {
		struct symbols *names = symbols_open();
		struct org_chart *chart = NULL;
		struct error err = {0};

		snprintf(csv, sizeof(csv), HEAD "ada,it,,human,%s,\n", dates[i]);
		assert_false(org_chart_parse("chart.csv", text_of(csv), names, &chart, &err));
		assert_non_null(strstr(err.text, "chart.csv:2:15: valid_from: "));
		assert_non_null(
		    strstr(err.text, "; write it as 2016-02-29 or 2016-02-29T08:00:00Z"));
		symbols_close(names);
	}
}

static void
says_all_mistakes_at_once_up_to_a_bound(void **state)
{
	struct fixture *fixture = *state;
	struct yaml_problems problems = {0};
	struct error err = {0};
	struct buffer csv = {0};
	int i;

	buffer_add_text(&csv, TEXT(HEAD "ada,,,robot,x,\nbob,it\n\"cid\n"));
	assert_true(file_replace(fixture->path, buffer_text(&csv), 0600, &err));
	assert_true(org_chart_check(fixture->path, &problems, &err));
	assert_int_equal(problems.count, 5);
	assert_int_equal(problems.items[3].line, 3);
	assert_int_equal(problems.items[4].line, 4);
	yaml_problems_fini(&problems);

	csv.size = 0;
	problems = (struct yaml_problems){0};
	buffer_add_text(&csv, TEXT(HEAD));
	for (i = 0; i < 1000; i++)
		buffer_add_format(&csv, "p%d,it,m%d,human,,\nq%d,,,,,\n", i, i, i);
	assert_true(file_replace(fixture->path, buffer_text(&csv), 0600, &err));
	assert_true(org_chart_check(fixture->path, &problems, &err));
	assert_int_equal(problems.count, ORG_CHART_PROBLEMS_MAX);
	assert_non_null(strstr(
	    problems.items[ORG_CHART_PROBLEMS_MAX - 1].sentence, "; there are more like it"));
	yaml_problems_fini(&problems);
	buffer_fini(&csv);

	unlink(fixture->path);
	assert_false(org_chart_check(fixture->path, &problems, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_false(org_chart_check(fixture->folder, &problems, &err));
	assert_int_equal(err.kind, ERROR_IO);
}

static void
refuses_a_tower_of_managers(void **state)
{
	struct symbols *names = symbols_open();
	struct org_chart *chart = NULL;
	struct error err = {0};
	struct buffer csv = {0};
	int levels, i;

	for (levels = ORG_CHART_LEVELS_MAX; levels <= ORG_CHART_LEVELS_MAX + 1; levels++) {
		csv.size = 0;
		buffer_add_text(&csv, TEXT(HEAD "p0,it,,,,\n"));
		for (i = 1; i <= levels; i++)
			buffer_add_format(&csv, "p%d,it,p%d,,,\n", i, i - 1);
		if (levels == ORG_CHART_LEVELS_MAX) {
			assert_true(
			    org_chart_parse("chart.csv", buffer_text(&csv), names, &chart, &err));
			org_chart_close(chart);
		} else {
			assert_false(
			    org_chart_parse("chart.csv", buffer_text(&csv), names, &chart, &err));
			assert_string_equal(
			    err.text, "chart.csv:259:9: more than 256 managers above one another");
		}
	}
	buffer_fini(&csv);
	symbols_close(names);
}

/* A chain of 300 that hangs below a ring of two: the ring is what is said. */
static void
says_a_ring_and_not_the_tower_below_it(void **state)
{
	struct symbols *names = symbols_open();
	struct org_chart *chart = NULL;
	struct error err = {0};
	struct buffer csv = {0};
	int i;

	buffer_add_text(&csv, TEXT(HEAD));
	for (i = 100; i > 1; i--)
		buffer_add_format(&csv, "p%d,it,p%d,,,\n", i, i - 1);
	buffer_add_text(&csv, TEXT("p1,it,p0,,,\np0,it,p1,,,\n"));
	assert_false(org_chart_parse("chart.csv", buffer_text(&csv), names, &chart, &err));
	assert_string_equal(err.text,
	    "chart.csv:101:7: from ever on this person is above themself: lines 101 102; give one "
	    "of them another "
	    "manager");
	buffer_fini(&csv);
	symbols_close(names);
}

static void
reads_any_order_line_ends_and_quotes(void **state)
{
	static const char csv[] = "\xef\xbb\xbfvalid_to,valid_from,\"team\",person,manager\r\n"
				  "\r\n"
				  ",2016-01-01,\"Sales, \"\"North\"\"\",ada,\r\n"
				  ",,it,\"bob\",ada";
	struct symbols *names = symbols_open();
	struct org_chart *chart = parse(csv, names);
	struct chart_place place;

	assert_int_equal(org_chart_rows(chart), 2);
	assert_int_equal(org_chart_persons(chart), 2);
	org_chart_find(chart, TEXT("ada"), at("2016-01-01"), &place);
	assert_int_equal(place.standing, CHART_VALID);
	assert_int_equal(place.kind, ACTOR_HUMAN);
	assert_string_equal(symbols_text(names, place.team).data, "Sales, \"North\"");
	org_chart_close(chart);
	chart = parse("person,team,manager,kind,valid_from,valid_to", names);
	assert_int_equal(org_chart_persons(chart), 0);
	org_chart_find(chart, TEXT("ada"), 0, &place);
	assert_int_equal(place.standing, CHART_ABSENT);
	org_chart_close(chart);
	symbols_close(names);
}

/* ada: it until February, nothing, hr in April, then service accounts' team from June on. */
static const char history[] = HEAD "ada,ops,,service,2016-06-01T12:00:00+02:00,\n"
				   "ada,it,,human,2016-01-01,2016-02-01\n"
				   "ada,hr,,human,2016-04-01,2016-05-01\n"
				   "bob,it,ada,human,,2016-03-01\n"
				   "cid,it,,,2016-03-01,\n";

static void
finds_the_row_of_the_moment(void **state)
{
	static const struct {
		const char *person, *time;
		enum chart_standing standing;
		const char *team, *from, *to;
	} cases[] = {
	    {"ada", "2015-12-31T23:59:59.999Z", CHART_OUTSIDE, "it", NULL, "2016-01-01"},
	    {"ada", "2016-01-01", CHART_VALID, "it", "2016-01-01", "2016-02-01"},
	    {"ada", "2016-01-31T23:59:59.999Z", CHART_VALID, "it", "2016-01-01", "2016-02-01"},
	    {"ada", "2016-02-01", CHART_OUTSIDE, "it", "2016-02-01", "2016-04-01"},
	    {"ada", "2016-03-31", CHART_OUTSIDE, "it", "2016-02-01", "2016-04-01"},
	    {"ada", "2016-04-01", CHART_VALID, "hr", "2016-04-01", "2016-05-01"},
	    {"ada", "2016-05-01", CHART_OUTSIDE, "hr", "2016-05-01", "2016-06-01T10:00:00Z"},
	    {"ada", "2016-06-01T09:59:59Z", CHART_OUTSIDE, "hr", "2016-05-01",
		"2016-06-01T10:00:00Z"},
	    {"ada", "2016-06-01T10:00:00Z", CHART_VALID, "ops", "2016-06-01T10:00:00Z", NULL},
	    {"ada", "2100-01-01", CHART_VALID, "ops", "2016-06-01T10:00:00Z", NULL},
	    {"bob", "1900-01-01", CHART_VALID, "it", NULL, "2016-03-01"},
	    {"bob", "2016-03-01", CHART_OUTSIDE, "it", "2016-03-01", NULL},
	    {"cid", "2016-02-29", CHART_OUTSIDE, "it", NULL, "2016-03-01"},
	    {"Ada", "2016-01-01", CHART_ABSENT, NULL, NULL, NULL},
	};
	struct symbols *names = symbols_open();
	struct org_chart *chart = parse(history, names);
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct chart_place place;

		org_chart_find(chart, text_of(cases[i].person), at(cases[i].time), &place);
		assert_int_equal(place.standing, cases[i].standing);
		assert_true(text_equal(symbols_text(names, place.team), text_of(cases[i].team)));
		assert_true(place.from_ms == (cases[i].from ? at(cases[i].from) : INT64_MIN));
		assert_true(place.to_ms == (cases[i].to ? at(cases[i].to) : INT64_MAX));
	}
	org_chart_close(chart);
	symbols_close(names);
}

static void
allows_who_was_above_to_be_below_later(void **state)
{
	struct symbols *names = symbols_open();

	org_chart_close(parse(HEAD "ada,it,bob,,2016-01-01,2016-02-01\nada,it,,,2016-02-01,\n"
				   "bob,it,ada,,2016-02-01,\nbob,it,,,2016-01-01,2016-02-01\n",
	    names));
	symbols_close(names);
}

static void
compares_by_content(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
	    {HEAD, HEAD, true},
	    {HEAD "ada,it,,,,\nbob,it,ada,,,\n",
		"person,manager,team,valid_to,valid_from\nbob,ada,it,,\nada,,it,,\n", true},
	    {HEAD "ada,it,,,,\nbob,it,ada,,,\n", HEAD "ada,it,,,,\nbob,it,,,,\n", false},
	    {HEAD "ada,it,,,,\n", HEAD "ada,hr,,,,\n", false},
	    {HEAD "ada,it,,,,\n", HEAD "bob,it,,,,\n", false},
	    {HEAD "ada,it,,,,\n", HEAD "ada,it,,service,,\n", false},
	    {HEAD "ada,it,,,,\n", HEAD "ada,it,,,2016-01-01,\n", false},
	    {HEAD "ada,it,,,,2016-01-01\nada,it,,,2016-01-01,\n", HEAD "ada,it,,,,\nbob,it,,,,\n",
		false},
	    {HEAD "ada,it,,,,\n", HEAD, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct symbols *names = symbols_open(), *others = symbols_open();
		struct org_chart *a, *b;

		symbols_add(others, TEXT("another number for each"));
		a = parse(cases[i].a, names);
		b = parse(cases[i].b, others);
		assert_int_equal(org_chart_equal(a, b), cases[i].equal);
		assert_int_equal(org_chart_equal(b, a), cases[i].equal);
		org_chart_close(a);
		org_chart_close(b);
		symbols_close(names);
		symbols_close(others);
	}
}

static void
print(const struct org_chart *chart, struct identity *identity, struct buffer *csv)
{
	struct error err = {0};

	if (!org_chart_print_pseudonymised(chart, identity, csv, &err))
		fail_msg("%s", err.text);
}

static void
is_recorded_without_names_and_read_back(void **state)
{
	static const char other_order[] = HEAD "cid,it,,,2016-03-01,\n"
					       "bob,it,ada,human,,2016-03-01\n"
					       "ada,it,,human,2016-01-01,2016-02-01\n"
					       "ada,hr,,human,2016-04-01,2016-05-01\n"
					       "ada,ops,,service,2016-06-01T10:00:00Z,\n";
	struct fixture *fixture = *state;
	struct identity *identity = fixture_identity(fixture, 100);
	struct symbols *names = symbols_open();
	struct org_chart *chart = parse(history, names), *again = NULL;
	struct buffer csv = {0}, same = {0};
	struct chart_place place;
	struct error err = {0};
	char hex[33];

	print(chart, identity, &csv);
	assert_null(memmem(csv.data, csv.size, "bob", 3));
	assert_null(memmem(csv.data, csv.size, "cid", 3)); /* "ada" might be hex digits */
	org_chart_close(chart);
	chart = parse(other_order, names);
	print(chart, identity, &same);
	assert_true(text_equal(buffer_text(&csv), buffer_text(&same)));

	assert_true(org_chart_parse_pseudonymised(buffer_text(&csv), names, &again, &err));
	assert_int_equal(org_chart_rows(again), 5);
	digest_hex(fixture_actor(identity, "ada")->pseudonym.bytes, PSEUDONYM_BYTES, hex);
	org_chart_find(again, text_of(hex), at("2016-07-01"), &place);
	assert_int_equal(place.standing, CHART_VALID);
	assert_int_equal(place.kind, ACTOR_SERVICE);
	assert_string_equal(symbols_text(names, place.team).data, "ops");
	org_chart_close(again);
	assert_false(org_chart_parse_pseudonymised(TEXT(HEAD "ada,it,,,,\n"), names, &again, &err));
	assert_string_equal(
	    err.text, "org chart of the ledger:2:1: person is no pseudonym of 32 hex digits");
	assert_int_equal(err.kind, ERROR_MALFORMED);
	org_chart_close(chart);
	symbols_close(names);
	buffer_fini(&csv);
	buffer_fini(&same);
	identity_close(identity);
}

static void
is_not_recorded_when_actors_are_full(void **state)
{
	struct identity *identity = fixture_identity(*state, 2);
	struct symbols *names = symbols_open();
	struct org_chart *chart = parse(history, names);
	struct buffer csv = {0};
	struct error err = {0};

	assert_false(org_chart_print_pseudonymised(chart, identity, &csv, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_string_equal(
	    err.text, "the org chart has 3 persons, more than limits.actors leaves room for");
	buffer_fini(&csv);
	org_chart_close(chart);
	symbols_close(names);
	identity_close(identity);
}

/* Enough rows, and one person of a long team name more, that its record is too long. */
static void
refuses_what_one_record_does_not_hold(void **state)
{
	struct symbols *names = symbols_open();
	struct org_chart *chart = NULL;
	struct buffer csv = {0};
	struct error err = {0};
	char team[241];
	int i;

	memset(team, 't', sizeof(team));
	buffer_add_format(&csv, "person,team,manager,kind,valid_from,valid_to\n");
	for (i = 0; i < 176500; i++)
		buffer_add_format(&csv, "p%d,%.240s,,,,\n", i, team);
	assert_true(org_chart_parse("chart.csv", buffer_text(&csv), names, &chart, &err));
	org_chart_close(chart);
	for (; i < 176600; i++)
		buffer_add_format(&csv, "p%d,%.240s,,,,\n", i, team);
	assert_false(org_chart_parse("chart.csv", buffer_text(&csv), names, &chart, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text,
	    "chart.csv:176589:1: from here on it is too long: the ledger keeps the chart as one "
	    "record of at most 48 MiB; leave out people whom no source names, or rows that ended "
	    "before the first event");
	symbols_close(names);
	buffer_fini(&csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_every_mistake_with_its_place),
	    cmocka_unit_test(says_what_a_date_should_look_like),
	    cmocka_unit_test_setup_teardown(
		says_all_mistakes_at_once_up_to_a_bound, fixture_open, fixture_close),
	    cmocka_unit_test(refuses_a_tower_of_managers),
	    cmocka_unit_test(says_a_ring_and_not_the_tower_below_it),
	    cmocka_unit_test(reads_any_order_line_ends_and_quotes),
	    cmocka_unit_test(finds_the_row_of_the_moment),
	    cmocka_unit_test(allows_who_was_above_to_be_below_later),
	    cmocka_unit_test(compares_by_content),
	    cmocka_unit_test(refuses_what_one_record_does_not_hold),
	    cmocka_unit_test_setup_teardown(
		is_recorded_without_names_and_read_back, fixture_open, fixture_close),
	    cmocka_unit_test_setup_teardown(
		is_not_recorded_when_actors_are_full, fixture_open, fixture_close),
	};

	return cmocka_run_group_tests_name("org chart", tests, NULL, NULL);
}
