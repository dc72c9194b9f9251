/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
an_address_is_a_host_in_numbers_and_a_port(void **state)
{
	static const struct {
		const char *text;
		int family; /* 0: none */
		bool loopback;
	} cases[] = {
	    {"127.0.0.1:9464", AF_INET, true},
	    {"127.9.9.9:1", AF_INET, true},
	    {"0.0.0.0:65535", AF_INET, false},
	    {"10.1.2.3:80", AF_INET, false},
	    {"[::1]:9464", AF_INET6, true},
	    {"[::]:9464", AF_INET6, false},
	    {"", 0, false},
	    {"9464", 0, false},
	    {":9464", 0, false},
	    {"[]:9464", 0, false},
	    {"[::1:9464", 0, false},
	    {"::1]:9464", 0, false},
	    {"127.0.0.1", 0, false},
	    {"127.0.0.1:", 0, false},
	    {"127.0.0.1:0", 0, false},
	    {"127.0.0.1:65536", 0, false},
	    {"127.0.0.1:094640", 0, false},
	    {"127.0.0.1:80x", 0, false},
	    {"127.0.0.1:-1", 0, false},
	    {"localhost:9464", 0, false},
	    {"300.0.0.1:9464", 0, false},
	    {"[::1]9464", 0, false},
	    {"1111111111111111111111111111111111111111111111111111:1", 0, false},
	};
	struct address address;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		bool good = address_parse(text_of(cases[i].text), &address, &err);

		if (good != (cases[i].family != 0))
			fail_msg("%s: %s", cases[i].text, good ? "taken" : err.text);
		if (!good)
			continue;
		assert_int_equal(address.socket.ss_family, cases[i].family);
		assert_int_equal(address.loopback, cases[i].loopback);
	}
}

static void
what_is_no_address_is_said_with_the_form_that_is(void **state)
{
	struct address address;
	struct error err = {0};

	(void)state;
	assert_false(address_parse(TEXT("localhost:9464"), &address, &err));
	assert_string_equal(err.text,
	    "`localhost:9464` is no address to listen on: write 127.0.0.1:9464 or [::1]:9464");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_is_a_host_in_numbers_and_a_port),
	    cmocka_unit_test(what_is_no_address_is_said_with_the_form_that_is),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
