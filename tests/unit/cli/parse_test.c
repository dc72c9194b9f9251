/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parse.h"

static const struct option trace_options[] = {
    {"until-end", 'u', NULL, "stop"},
    {"people", 0, "N", "how many"},
    {"from", 0, "TIME", "since when"},
    {"gap", 0, "SPAN", "how long"},
    {"by", 0, "team|actor", "grouped"},
    {NULL},
};

static const struct command trace = {
    .name = "trace",
    .usage = "EVENT",
    .description = "",
    .common = COMMON_STORE | COMMON_JSON,
    .options = trace_options,
    .arguments_min = 1,
    .arguments_max = 2,
};
static const struct command create = {.name = "create", .usage = "", .description = ""};
static const struct command *const keys_parts[] = {&create, NULL};
static const struct command keys = {
    .name = "keys", .usage = "create", .description = "", .parts = keys_parts};
static const struct command *const commands[] = {&trace, &keys, NULL};
static const struct program program = {.name = "dyetrace", .version = "1", .commands = commands};

#define WORDS_MAX 10

static int
count(const char *const *words)
{
	int n = 0;

	while (n < WORDS_MAX && words[n])
		n++;
	return n;
}

static const struct {
	const char *words[WORDS_MAX];
	const char *sentence;
} refused[] = {
    {{NULL}, "something is missing: `dyetrace trace EVENT`"},
    {{"a", "b", "c"}, "`c` is one word too many: `dyetrace trace EVENT`"},
    {{"a", "--unti-end"}, "`trace` has no option --unti-end: did you mean --until-end?"},
    {{"a", "--stroe=x"}, "`trace` has no option --stroe: did you mean --store?"},
    {{"a", "--settings", "f"},
	"`trace` has no option --settings: `dyetrace help trace` lists them"},
    {{"a", "-x"}, "`trace` has no option -x: `dyetrace help trace` lists them"},
    {{"a", "--json=yes"}, "--json takes no value: write it alone"},
    {{"a", "-s"}, "--store needs a value: --store DIR"},
    {{"a", "--store="}, "--store needs a value: --store DIR"},
    {{"a", "--hlep"}, "`trace` has no option --hlep: did you mean --help?"},
};

static void
what_is_wrong_is_said_with_the_nearest(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(refused); i++) {
		struct call call = {.program = &program, .command = &trace};
		const char *const *words = refused[i].words;
		struct error err = {0};
		bool help;

		assert_false(call_parse(&call, count(words), words, &help, &err));
		assert_string_equal(err.text, refused[i].sentence);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_int_equal(status_of(&err), STATUS_USAGE);
		call_fini(&call);
	}
}

static void
options_stand_anywhere_and_in_every_form(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
	} forms[] = {
	    {{"a", "-s", "there", "--people=7", "--json", "-u"}},
	    {{"--store", "there", "--json", "--people", "7", "--until-end", "a"}},
	    {{"-sthere", "-u", "--people", "8", "--people", "7", "--json", "--", "a"}},
	    {{"--store=there", "a", "-u", "--json", "--people=7"}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(forms); i++) {
		struct call call = {.program = &program, .command = &trace};
		const char *const *words = forms[i].words;
		struct error err = {0};
		int64_t people = 0;
		bool help;

		if (!call_parse(&call, count(words), words, &help, &err))
			fail_msg("%s", err.text);
		assert_false(help);
		assert_string_equal(call.store, "there");
		assert_true(call.json);
		assert_true(call_flag(&call, "until-end"));
		assert_true(call_long(&call, "people", 1, 10, &people, &err));
		assert_int_equal(people, 7);
		assert_int_equal(call.count, 1);
		assert_string_equal(call.arguments[0], "a");
		assert_null(call_option(&call, "from"));
		call_fini(&call);
	}
}

static void
behind_two_dashes_and_alone_a_dash_is_an_argument(void **state)
{
	const char *words[] = {"-", "--", "--json"};
	struct call call = {.program = &program, .command = &trace};
	bool help;

	(void)state;
	assert_true(call_parse(&call, 3, words, &help, NULL));
	assert_int_equal(call.count, 2);
	assert_string_equal(call.arguments[0], "-");
	assert_string_equal(call.arguments[1], "--json");
	assert_false(call.json);
	call_fini(&call);
}

static void
help_is_given_whatever_is_missing(void **state)
{
	const char *words[] = {"--help"};
	struct call call = {.program = &program, .command = &trace};
	bool help;

	(void)state;
	assert_true(call_parse(&call, 1, words, &help, NULL));
	assert_true(help);
	call_fini(&call);
}

static void
typed_values_say_what_is_expected(void **state)
{
	const char *words[] = {"a", "--people=12x", "--from=tomorrow", "--gap=3", "--by=taem"};
	static const char *const by[] = {"team", "actor", NULL};
	struct call call = {.program = &program, .command = &trace};
	struct error err = {0};
	int64_t value = 5;
	size_t word = 1;
	bool help;

	(void)state;
	assert_true(call_parse(&call, 5, words, &help, &err));
	assert_false(call_long(&call, "people", 1, 10, &value, &err));
	assert_string_equal(err.text, "--people 12x: a whole number from 1 to 10 is expected");
	assert_false(call_time(&call, "from", &value, &err));
	assert_string_equal(err.text,
	    "--from tomorrow: a time such as 2016-02-29 or 2016-02-29T01:23:00Z is expected");
	assert_false(call_duration(&call, "gap", &value, &err));
	assert_string_equal(
	    err.text, "--gap 3: a duration such as 90s, 15m, 36h or 7d is expected");
	assert_false(call_choice(&call, "by", by, &word, &err));
	assert_string_equal(err.text, "--by taem: did you mean team?");
	assert_int_equal(value, 5);
	assert_int_equal(word, 1);
	call_fini(&call);
}

static void
an_unknown_command_suggests_the_nearest(void **state)
{
	struct error err = {0};

	(void)state;
	assert_ptr_equal(command_find(commands, "keys"), &keys);
	assert_null(command_find(commands, "key"));
	command_unknown(&program, NULL, "tarce", &err);
	assert_string_equal(err.text, "there is no command `tarce`: did you mean `trace`?");
	command_unknown(&program, &keys, "creat", &err);
	assert_string_equal(
	    err.text, "there is no command `keys creat`: did you mean `keys create`?");
	command_unknown(&program, NULL, "xyz", &err);
	assert_string_equal(err.text, "there is no command `xyz`: `dyetrace help` lists them");
}

static void
kinds_of_errors_have_their_exit_status(void **state)
{
	static const struct {
		enum error_kind kind;
		enum status status;
	} kinds[] = {{ERROR_USAGE, STATUS_USAGE}, {ERROR_MALFORMED, STATUS_ENVIRONMENT},
	    {ERROR_MISSING, STATUS_ENVIRONMENT}, {ERROR_LIMIT, STATUS_ENVIRONMENT},
	    {ERROR_BUSY, STATUS_ENVIRONMENT}, {ERROR_REFUSED, STATUS_ENVIRONMENT},
	    {ERROR_IO, STATUS_ENVIRONMENT}, {ERROR_DAMAGED, STATUS_DAMAGED}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(kinds); i++) {
		struct error err = {.kind = kinds[i].kind};

		assert_int_equal(status_of(&err), kinds[i].status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_wrong_is_said_with_the_nearest),
	    cmocka_unit_test(options_stand_anywhere_and_in_every_form),
	    cmocka_unit_test(behind_two_dashes_and_alone_a_dash_is_an_argument),
	    cmocka_unit_test(help_is_given_whatever_is_missing),
	    cmocka_unit_test(typed_values_say_what_is_expected),
	    cmocka_unit_test(an_unknown_command_suggests_the_nearest),
	    cmocka_unit_test(kinds_of_errors_have_their_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
