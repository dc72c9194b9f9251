/* SPDX-License-Identifier: Apache-2.0 */
/* The list of publishers, and each mistake that somebody may make in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "settings/table.h"

static void
check_file(const char *file, const struct yaml_node *settings, struct yaml_problems *problems)
{
}

/* Stands for a connector: may publish what a source of its name reads. */
static void
check_sink(const char *file, const struct yaml_node *settings,
    const struct publisher_surroundings *surroundings, struct yaml_problems *problems)
{
	static const char *const known[] = {"name", "type", "from", "of", NULL};
	const struct yaml_node *of = yaml_find(settings, "of");

	yaml_check_keys(file, settings, known, problems);
	if (of &&
	    (surroundings->source_count != 1 || !text_is(of->text, surroundings->sources[0].name)))
		yaml_problem_add(problems, file, of, "no such source");
}

static const struct source_type file_type = {.name = "file", .check = check_file};
static const struct publisher_type sink_type = {.name = "sink", .check = check_sink};
static const struct source_type *const sources[] = {&file_type, NULL};
static const struct publisher_type *const publishers[] = {&sink_type, NULL};

#define SOURCES "sources: [{name: log, type: file, mapping: {}}]\n"

static struct settings *
parsed(const char *text, struct yaml_problems *problems)
{
	struct settings_options options = {"s.yaml", sources, NULL, publishers};
	struct settings *settings = NULL;
	bool good = settings_parse(&options, text_of(text), &settings, problems);

	assert_int_equal(good, problems->count == 0);
	return settings;
}

static void
what_the_list_says_is_in_force(void **state)
{
	struct yaml_problems problems = {0};
	struct buffer printed = {0};
	struct settings *settings = parsed(SOURCES "publish:\n"
						   "  - {name: tags, type: sink, of: log}\n"
						   "  - {name: more, type: sink, from: now}\n",
	    &problems);

	assert_int_equal(settings->publisher_count, 2);
	assert_string_equal(settings->publishers[0].name, "tags");
	assert_int_equal(settings->publishers[0].from, PUBLISH_FROM_START);
	assert_ptr_equal(settings->publishers[0].type, &sink_type);
	assert_string_equal(settings->publishers[1].name, "more");
	assert_int_equal(settings->publishers[1].from, PUBLISH_FROM_NOW);
	settings_print(settings, SETTINGS_ALL, &printed);
	buffer_add_byte(&printed, 0);
	assert_non_null(strstr((char *)printed.data,
	    "\npublish:\n  - name: tags\n    type: sink\n    of: log\n  - name: more\n"));
	/* Where tags go changes no fact. */
	printed.size = 0;
	settings_print(settings, SETTINGS_FACTS, &printed);
	buffer_add_byte(&printed, 0);
	assert_null(strstr((char *)printed.data, "publish"));
	buffer_fini(&printed);
	settings_close(settings);
	yaml_problems_fini(&problems);
}

static void
every_mistake_is_said(void **state)
{
	static const struct {
		const char *publish, *problem;
	} cases[] = {
	    {"publish: sink\n", "`publish` is a list: begin each publisher with `- name: ...`"},
	    {"publish: [sink]\n",
		"a publisher is a map: write `- name: provenance` and its other settings below"},
	    {"publish: [{name: tags}]\n", "a publisher without `type`: add `type: kafka`"},
	    {"publish: [{type: sink}]\n", "a publisher without `name`: add `name: provenance`"},
	    {"publish: [{name: Tags, type: sink}]\n",
		"`Tags` is no name of a publisher: use up to 63 small letters, digits and `-`"},
	    {"publish: [{name: a, type: sink}, {name: a, type: sink}]\n",
		"`a` is already the name of the publisher in line 2: give this one another"},
	    {"publish: [{name: a, type: sinc}]\n",
		"there is no type of publisher `sinc`: did you mean `sink`?"},
	    {"publish: [{name: a, type: carrier-pigeon}]\n",
		"there is no type of publisher `carrier-pigeon`: use `sink`"},
	    {"publish: [{name: a, type: sink, from: yesterday}]\n",
		"`from` is `start` (all that the ledger has) or `now` (what comes from now on)"},
	    {"publish: [{name: a, type: sink, of: other}]\n", "no such source"},
	};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct yaml_problems problems = {0};
		char text[400];
		struct settings *settings;

		snprintf(text, sizeof(text), "%s%s", SOURCES, cases[i].publish);
		settings = parsed(text, &problems);
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0].sentence, cases[i].problem);
		settings_close(settings);
		yaml_problems_fini(&problems);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_list_says_is_in_force),
	    cmocka_unit_test(every_mistake_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
