/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of RFC 4648 section 10, and what is nearly base64. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
the_vectors_of_the_rfc_hold(void **state)
{
	static const struct {
		const char *plain, *coded;
	} cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "+/8="}};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer coded = {0}, plain = {0};

		base64_add(&coded, cases[i].plain, strlen(cases[i].plain));
		assert_true(text_is(buffer_text(&coded), cases[i].coded));
		assert_true(base64_read(text_of(cases[i].coded), &plain));
		assert_true(text_is(buffer_text(&plain), cases[i].plain));
		buffer_fini(&coded);
		buffer_fini(&plain);
	}
}

static void
nothing_else_is_read(void **state)
{
	static const char *const cases[] = {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8",
	    "Zm8=\n", " Zg==", "Zg==Zg==", "Z===", "====", "=Zg=", "Zm-_", "Zm\xc3\xa9",
	    "Z g=", "Zm=v"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		struct buffer plain = {0};

		if (base64_read(text_of(cases[i]), &plain))
			fail_msg("\"%s\" is read", cases[i]);
		buffer_fini(&plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_vectors_of_the_rfc_hold),
	    cmocka_unit_test(nothing_else_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
