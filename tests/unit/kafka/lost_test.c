/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of librdkafka's log that say that a partition lost its leader, or we a broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "lost.h"

static const struct {
	const char *facility, *line, *expected; /* "TOPIC/N" or "" */
} cases[] = {
    {"BROKERUA",
	"[thrd:127.0.0.1:9092/1]: t9 [0]: broker unavailable: fetch: Broker: Unknown topic",
	"t9/0"},
    {"BROKERUA", "crm.case [12]: broker unavailable: fetch: Broker: Not leader", "crm.case/12"},
    {"BROKERUA", "[thrd:main]: a-b_c [7]: broker unavailable: list offsets", "a-b_c/7"},
    {"FETCHDEC", "t9 [0]: broker unavailable", ""},
    {"BROKERUA", "t9 [0]: broker is well", ""},
    {"BROKERUA", "]: broker unavailable", ""},
    {"BROKERUA", "[0]: broker unavailable", ""},
    {"BROKERUA", "", ""},
    {"FAIL", "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Disconnected (after 5000ms in state UP)",
	"all/0"},
    {"FAIL",
	"127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after "
	"0ms in state CONNECT)",
	""},
    {"BROKERUA", "127.0.0.1:9092/1: Disconnected (after 5000ms in state UP)", ""},
};

static void
put(void *context, const char *topic, int32_t number)
{
	snprintf(context, 64, "%s/%d", topic ? topic : "all", number);
}

static void
a_line_names_the_partition_that_was_lost(void **state)
{
	struct lost lost;
	size_t i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		char found[64] = "";

		lost_init(&lost);
		lost_note(&lost, cases[i].facility, cases[i].line);
		lost_take(&lost, put, found);
		assert_string_equal(found, cases[i].expected);
		*found = '\0';
		lost_take(&lost, put, found);
		assert_string_equal(found, "");
		lost_fini(&lost);
	}
}

static void
more_than_can_be_kept_are_all(void **state)
{
	struct lost lost;
	char line[64], found[64] = "";
	int i;

	lost_init(&lost);
	for (i = 0; i < LOST_MAX + 1; i++) {
		snprintf(line, sizeof(line), "t [%d]: broker unavailable: fetch", i);
		lost_note(&lost, "BROKERUA", line);
	}
	lost_take(&lost, put, found);
	assert_string_equal(found, "all/0");
	lost_fini(&lost);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_names_the_partition_that_was_lost),
	    cmocka_unit_test(more_than_can_be_kept_are_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
