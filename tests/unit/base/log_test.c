/* SPDX-License-Identifier: Apache-2.0 */
/* A line in its three forms, and lines that come again. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "log_form.h"
#include "log_repeat.h"

#define TIME_MS 1456709023045 /* 2016-02-29T01:23:43.045Z */

static void
assert_form(const struct log_entry *entry, enum log_format format, const char *line)
{
	struct buffer out = {0};

	log_form(entry, format, &out);
	buffer_add_byte(&out, 0);
	assert_string_equal((char *)out.data, line);
	buffer_fini(&out);
}

static void
a_line_says_time_level_component_message_and_fields(void **state)
{
	static const struct log_field fields[] = {
	    {"topic", "orders", 0}, {"offset", NULL, -7}, {"why", "no such \"thing\"", 0}, {0}};
	const struct log_entry entry = {.time_ms = TIME_MS,
	    .level = LOG_WARN,
	    .component = "source",
	    .message = "cannot \"read\"",
	    .fields = fields};

	(void)state;
	assert_form(&entry, LOG_FORMAT_LOGFMT,
	    "time=2016-02-29T01:23:43.045Z level=warn component=source msg=\"cannot \\\"read\\\"\" "
	    "topic=orders offset=-7 why=\"no such \\\"thing\\\"\"\n");
	assert_form(&entry, LOG_FORMAT_JSON,
	    "{\"time\":\"2016-02-29T01:23:43.045Z\",\"level\":\"warn\",\"component\":\"source\","
	    "\"message\":\"cannot \\\"read\\\"\",\"topic\":\"orders\",\"offset\":-7,\"why\":\"no "
	    "such \\\"thing\\\"\"}\n");
	assert_form(&entry, LOG_FORMAT_PEOPLE,
	    "01:23:43 warn  source: cannot \"read\" topic=orders offset=-7 why=\"no such "
	    "\\\"thing\\\"\"\n");
}

static void
whatever_the_message_holds_it_is_one_line(void **state)
{
	static const struct log_field fields[] = {{"file", "a\nb\x1b[2J", 0}, {0}};
	const struct log_entry entry = {.time_ms = 0,
	    .level = LOG_ERROR,
	    .component = "x",
	    .message = "two\nlines \xff \x1b[31m",
	    .fields = fields};
	enum log_format format;
	struct buffer out = {0};

	(void)state;
	for (format = LOG_FORMAT_LOGFMT; format <= LOG_FORMAT_PEOPLE; format++) {
		out.size = 0;
		log_form(&entry, format, &out);
		assert_ptr_equal(memchr(out.data, '\n', out.size), out.data + out.size - 1);
		assert_null(memchr(out.data, 0x1b, out.size));
		assert_true(text_is_utf8(buffer_text(&out)));
	}
	buffer_fini(&out);
}

static void
counts_of_repeats_and_losses_are_said(void **state)
{
	const struct log_entry entry = {.time_ms = TIME_MS,
	    .level = LOG_INFO,
	    .component = "x",
	    .message = "y",
	    .repeated = 12,
	    .dropped = 3};

	(void)state;
	assert_form(&entry, LOG_FORMAT_LOGFMT,
	    "time=2016-02-29T01:23:43.045Z level=info component=x msg=\"y\" repeated=12 "
	    "dropped=3\n");
}

static bool
said(struct log_repeat *repeat, const char *message, int64_t now_ms, uint64_t *repeated)
{
	struct log_said gone;
	bool say =
	    log_repeat_say(repeat, LOG_WARN, "source", message, now_ms, 1000, repeated, &gone);

	assert_null(gone.message);
	return say;
}

static void
a_line_is_said_once_in_a_while_with_how_often_it_came(void **state)
{
	struct log_repeat *repeat = memory_get(sizeof(*repeat));
	uint64_t repeated;

	(void)state;
	assert_true(said(repeat, "a", 0, &repeated));
	assert_int_equal(repeated, 0);
	assert_false(said(repeat, "a", 10, &repeated));
	assert_true(said(repeat, "b", 20, &repeated));
	assert_false(said(repeat, "a", 999, &repeated));
	assert_true(said(repeat, "a", 1000, &repeated));
	assert_int_equal(repeated, 2);
	assert_false(said(repeat, "a", 1500, &repeated));
	assert_true(said(repeat, "a", 2500, &repeated));
	assert_int_equal(repeated, 1);
	log_repeat_fini(repeat);
	memory_free(repeat);
}

static void
what_was_withheld_is_due_when_its_time_is_over(void **state)
{
	struct log_repeat *repeat = memory_get(sizeof(*repeat));
	uint64_t repeated;

	(void)state;
	assert_true(said(repeat, "a", 0, &repeated));
	assert_null(log_repeat_due(repeat, 5000, 1000));
	assert_false(said(repeat, "a", 10, &repeated));
	assert_null(log_repeat_due(repeat, 999, 1000));
	assert_string_equal(log_repeat_due(repeat, 1000, 1000)->message, "a");
	log_repeat_fini(repeat);
	memory_free(repeat);
}

/* The line said longest ago makes place; what it withheld is not lost. */
static void
a_flood_of_different_lines_stays_within_bounds(void **state)
{
	struct log_repeat *repeat = memory_get(sizeof(*repeat));
	struct log_said gone;
	uint64_t repeated;
	char message[32];
	int i, lost = 0;

	(void)state;
	assert_true(said(repeat, "first", 0, &repeated));
	assert_false(said(repeat, "first", 1, &repeated));
	for (i = 0; i < 2 * LOG_REPEAT_LINES; i++) {
		snprintf(message, sizeof(message), "line %d", i);
		assert_true(log_repeat_say(
		    repeat, LOG_WARN, "source", message, 2 + i, 100000, &repeated, &gone));
		if (!gone.message)
			continue;
		assert_string_equal(gone.message, "first");
		assert_int_equal(gone.withheld, 1);
		memory_free(gone.component);
		memory_free(gone.message);
		lost++;
	}
	assert_int_equal(lost, 1);
	log_repeat_fini(repeat);
	memory_free(repeat);
}

/* Standard error is a pipe that nobody reads: the writer goes on, and the loss is counted. */
static void
a_reader_who_does_not_read_stops_nobody(void **state)
{
	const struct log_options options = {LOG_FORMAT_LOGFMT, LOG_INFO, 0};
	struct log_counts before, after;
	int ends[2], saved = dup(STDERR_FILENO), i;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fflush(stderr);
	dup2(ends[1], STDERR_FILENO);
	log_set(&options);
	log_counts(&before);
	for (i = 0; i < 2000; i++)
		log_line(LOG_INFO, "%0200d", i);
	log_line(LOG_DEBUG, "not said");
	log_counts(&after);
	dup2(saved, STDERR_FILENO);
	close(ends[0]);
	close(ends[1]);
	close(saved);
	assert_int_equal(after.lines[LOG_INFO] - before.lines[LOG_INFO], 2000);
	assert_int_equal(after.lines[LOG_DEBUG] - before.lines[LOG_DEBUG], 0);
	assert_true(after.dropped - before.dropped > 1000);
	assert_true(after.dropped - before.dropped < 2000);
}

/* The journal takes the level in front of the line: sd-daemon(3). */
static void
the_journal_is_told_how_grave_a_line_is(void **state)
{
	const struct log_options options = {LOG_FORMAT_LOGFMT, LOG_DEBUG, 0};
	int ends[2], saved = dup(STDERR_FILENO);
	char stream[64], said[512] = "";
	struct stat status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fstat(ends[1], &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
	    (unsigned long long)status.st_ino);
	dup2(ends[1], STDERR_FILENO);
	log_set(&options);
	setenv("JOURNAL_STREAM", stream, 1);
	log_line(LOG_ERROR, "grave");
	setenv("JOURNAL_STREAM", "1:1", 1); /* somebody else's */
	log_line(LOG_DEBUG, "plain");
	unsetenv("JOURNAL_STREAM");
	dup2(saved, STDERR_FILENO);
	assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
	close(ends[0]);
	close(ends[1]);
	close(saved);
	assert_int_equal(strncmp(said, "<3>time=", 8), 0);
	/* The line behind it has none; the losses of the test before are said first. */
	assert_non_null(strstr(said, "\ntime="));
	assert_non_null(strstr(said, "msg=\"plain\"\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_says_time_level_component_message_and_fields),
	    cmocka_unit_test(whatever_the_message_holds_it_is_one_line),
	    cmocka_unit_test(counts_of_repeats_and_losses_are_said),
	    cmocka_unit_test(a_line_is_said_once_in_a_while_with_how_often_it_came),
	    cmocka_unit_test(what_was_withheld_is_due_when_its_time_is_over),
	    cmocka_unit_test(a_flood_of_different_lines_stays_within_bounds),
	    cmocka_unit_test(a_reader_who_does_not_read_stops_nobody),
	    cmocka_unit_test(the_journal_is_told_how_grave_a_line_is),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
