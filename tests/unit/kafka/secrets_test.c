/* SPDX-License-Identifier: Apache-2.0 */
/* References are resolved, and what they stand for is in no sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/file.h"
#include "secrets.h"

static char folder[] = "/tmp/dyetrace-secrets.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char *path = file_join(folder, name);

	assert_true(file_replace(path, text_of(text), 0600, NULL));
	memory_free(path);
}

static int
begin(void **state)
{
	assert_non_null(mkdtemp(folder));
	write_file("plain", "s3cret\n");
	write_file("windows", "s3cret\r\n");
	write_file("lines", "one\ntwo\n\n");
	write_file("empty", "");
	setenv("DYETRACE_TEST_SECRET", "from the environment", 1);
	return 0;
}

static int
end(void **state)
{
	static const char *const names[] = {"plain", "windows", "lines", "empty", NULL};
	size_t i;

	for (i = 0; names[i]; i++) {
		char *path = file_join(folder, names[i]);

		unlink(path);
		memory_free(path);
	}
	return rmdir(folder);
}

static const struct {
	const char *written, *value, *sentence; /* value NULL: the sentence instead */
} cases[] = {
    {"as it is", "as it is", NULL},
    {"", "", NULL},
    {"${file:plain}", "s3cret", NULL},
    {"${file:windows}", "s3cret", NULL},
    {"${file:lines}", "one\ntwo\n", NULL},
    {"${file:empty}", "", NULL},
    {"${env:DYETRACE_TEST_SECRET}", "from the environment", NULL},
    {"user:${file:plain}!", "user:s3cret!", NULL},
    {"${file:plain}${file:plain}", "s3crets3cret", NULL},
    /* what a reference stands for is no reference */
    {"$${file:plain}", "$s3cret", NULL},
    {"${env:NO_SUCH_VARIABLE}", NULL, "the environment has no variable NO_SUCH_VARIABLE"},
    {"${file:plain", NULL, "a reference that begins with ${ ends with }"},
    {"${vault:x}", NULL, "a reference is ${file:PATH} or ${env:NAME}, nothing else"},
    {"${file:}", NULL, "a reference names a file or a variable"},
};

static void
references_become_what_they_stand_for(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error err = {0};
		char *value = NULL;
		bool good = secret_resolve(folder, text_of(cases[i].written), &value, &err);

		assert_int_equal(good, cases[i].value != NULL);
		if (good)
			assert_string_equal(value, cases[i].value);
		else
			assert_string_equal(err.text, cases[i].sentence);
		secret_free(value);
	}
}

static void
a_file_that_is_not_there_is_said_by_its_name(void **state)
{
	struct error err = {0};
	char *value = NULL;

	assert_false(secret_resolve(folder, TEXT("${file:nowhere}"), &value, &err));
	assert_int_equal(err.kind, ERROR_MISSING);
	assert_non_null(strstr(err.text, "nowhere"));
	assert_null(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(references_become_what_they_stand_for),
	    cmocka_unit_test(a_file_that_is_not_there_is_said_by_its_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
