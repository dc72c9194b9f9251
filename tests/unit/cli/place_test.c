/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "cli/place.h"

static void
check_nothing(const char *file, const struct yaml_node *settings, struct yaml_problems *problems)
{
	(void)file;
	(void)settings;
	(void)problems;
}

static const struct source_type file_type = {.name = "file", .check = check_nothing};
static const struct source_type *const sources[] = {&file_type, NULL};
static const struct program program = {.name = "dyetrace", .version = "1", .sources = sources};

static const char settings[] = "store: kept\nkeys: secret.key\n"
			       "sources:\n"
			       "  - name: tickets\n"
			       "    type: file\n"
			       "    path: events.jsonl\n"
			       "    format: jsonl\n"
			       "    mapping:\n"
			       "      dataset: {value: helpdesk.ticket}\n"
			       "      id: id\n"
			       "      time: {field: time, format: iso8601, zone: UTC}\n"
			       "      changes: {list: changes}\n";

/* The scratch folder: with/dyetrace.yaml, broken/dyetrace.yaml and an empty one. */
static int
make_folders(void **state)
{
	static char folder[] = "/tmp/dyetrace-place-XXXXXX";

	(void)state;
	return !mkdtemp(folder) || chdir(folder) != 0 || !file_make_folder("with", NULL) ||
	    !file_make_folder("empty", NULL) || !file_make_folder("broken", NULL) ||
	    !file_replace("with/dyetrace.yaml", TEXT(settings), 0644, NULL) ||
	    !file_replace("broken/dyetrace.yaml", TEXT("stroe: x\nsources: []\n"), 0644, NULL);
}

static int
remove_folders(void **state)
{
	(void)state;
	unlink("with/dyetrace.yaml");
	unlink("broken/dyetrace.yaml");
	rmdir("with");
	rmdir("empty");
	rmdir("broken");
	return 0;
}

static const struct {
	const char *folder, *settings, *store, *environment; /* where, -c, -s, $DYETRACE_STORE */
	enum place_need need;
	const char *found_store, *found_keys; /* NULL: refused */
	const char *sentence;
} cases[] = {
    {"with", NULL, NULL, NULL, PLACE_SETTINGS_NEEDED, "kept", "secret.key", NULL},
    {"with", NULL, NULL, "elsewhere", PLACE_SETTINGS_NEEDED, "kept", "secret.key", NULL},
    {"with", NULL, "named", NULL, PLACE_SETTINGS_OPTIONAL, "named", "secret.key", NULL},
    {"empty", "../with/dyetrace.yaml", NULL, NULL, PLACE_SETTINGS_NEEDED, "../with/kept",
	"../with/secret.key", NULL},
    {"empty", NULL, "../with/kept", NULL, PLACE_SETTINGS_OPTIONAL, "../with/kept",
	"../with/secret.key", NULL},
    {"empty", NULL, "../with/kept/", NULL, PLACE_SETTINGS_OPTIONAL, "../with/kept/",
	"../with/secret.key", NULL},
    {"empty", NULL, NULL, "/var/elsewhere", PLACE_SETTINGS_OPTIONAL, "/var/elsewhere",
	"/var/dyetrace.key", NULL},
    {"empty", NULL, NULL, NULL, PLACE_SETTINGS_OPTIONAL, "dyetrace-store", "dyetrace.key", NULL},
    {"empty", NULL, "/other", NULL, PLACE_SETTINGS_OPTIONAL, "/other", "/dyetrace.key", NULL},
    {"empty", NULL, NULL, NULL, PLACE_SETTINGS_NEEDED, NULL, NULL,
	"there is no dyetrace.yaml here: name one by -c FILE, or let `dyetrace init DIR` write "
	"one"},
    {"empty", "no.yaml", NULL, NULL, PLACE_SETTINGS_OPTIONAL, NULL, NULL,
	"no.yaml: there is no such file: name another by -c FILE, or let `dyetrace init DIR` write "
	"one"},
    {"broken", NULL, NULL, NULL, PLACE_SETTINGS_OPTIONAL, NULL, NULL,
	"dyetrace.yaml:1:1: `stroe` is not known here: did you mean `store`? (and 1 more)"},
};

static void
settings_store_and_keys_are_found(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct call call = {
		    .program = &program, .settings = cases[i].settings, .store = cases[i].store};
		struct error err = {0};
		struct place place;

		assert_int_equal(chdir(cases[i].folder), 0);
		if (cases[i].environment)
			setenv("DYETRACE_STORE", cases[i].environment, 1);
		else
			unsetenv("DYETRACE_STORE");
		if (place_open(&call, cases[i].need, &place, &err)) {
			assert_non_null(cases[i].found_store);
			assert_string_equal(place.store, cases[i].found_store);
			assert_string_equal(place.keys, cases[i].found_keys);
			place_fini(&place);
		} else {
			assert_string_equal(
			    err.text, cases[i].sentence ? cases[i].sentence : "it is found");
			assert_int_equal(err.kind, ERROR_USAGE);
		}
		assert_int_equal(chdir(".."), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settings_store_and_keys_are_found),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
