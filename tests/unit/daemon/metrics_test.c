/* SPDX-License-Identifier: Apache-2.0 */
/* The table of metrics follows Prometheus's rules of names, and a scrape says what the figures say. */
#include "metrics_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/metrics.h"

static const struct figure_help own_figures[] = {
    {"registry_errors_total", "Answers of the registry that were errors."}, {NULL, NULL}};
static const struct source_type kafka_like = {.name = "kafka", .figures = own_figures};

static const struct publisher_type sink = {.name = "kafka",
    .figures = (const struct figure_help[]){{"copied_total", "Copies delivered."}, {NULL, NULL}}};
static struct own_figure publisher_owns[] = {{"copied_total", 8}};
static struct publisher_figures publishers[] = {
    {.counts = {.name = "provenance", .published = 40, .lag = 2, .errors = 1, .failing = true},
	.type = &sink,
	.own_count = 1,
	.own = publisher_owns}};

static struct own_figure owns[] = {
    {"registry_errors_total", 3}, {"queue_bytes", 4096}, {"bad name", 1}};
static struct source_figures sources[] = {
    {.name = "incidents",
	.type = &kafka_like,
	.counts = {.recorded = 7, .quarantined = 2, .filtered = 1, .gaps = 5, .payload_bytes = 99},
	.backlog_bytes = -1,
	.own_count = 3,
	.own = owns},
    {.name = "orders",
	.type = &kafka_like,
	.backlog_bytes = 17,
	.error = "topic orders: unknown",
	.own_count = 1,
	.own = owns},
};
static struct partition_figures partitions[] = {
    {.source = "incidents",
	.name = "servicenow.incident/0",
	.incarnation = 2,
	.committed = {.start = 10,
	    .next_offset = 25,
	    .recorded = 7,
	    .quarantined = 2,
	    .filtered = 1,
	    .gaps = 4},
	.read = 26,
	.lag = 1000,
	.newest_ms = 1500},
    {.source = "orders", .name = "orders/0", .incarnation = 1, .lag = -1, .newest_ms = TIME_NONE},
};
static struct ingest_figures figures = {
    .epoch = 4,
    .commits = {.count = 2, .within = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, .seconds = 7.5},
    .source_count = 2,
    .sources = sources,
    .partition_count = 2,
    .partitions = partitions,
};

/* A scrape of the figures above; ended by buffer_fini(). */
static struct buffer
scraped(bool open, const char *trouble)
{
	struct board board = {.version = "1.2", .open = open};
	struct moment moment = {.board = &board,
	    .figures = &figures,
	    .publisher_count = 1,
	    .publishers = publishers,
	    .turn_age_s = 0.25};
	struct buffer out = {0};

	buffer_add_byte(&out, '\n'); /* in front of every line is one */
	snprintf(board.trouble, sizeof(board.trouble), "%s", trouble);
	metrics_print(&moment, &out);
	buffer_add_byte(&out, 0);
	return out;
}

static bool
says(const struct buffer *scrape, const char *line)
{
	const char *at = (char *)scrape->data;

	while ((at = strstr(at, line)) && !(at[-1] == '\n' && at[strlen(line)] == '\n'))
		at++;
	return at;
}

static void
a_scrape_says_what_the_figures_say(void **state)
{
	static const char *const lines[] = {
	    "dyetrace_build_info{version=\"1.2\"} 1",
	    "dyetrace_ready 1",
	    "dyetrace_route_turn_age_seconds 0.25",
	    "dyetrace_events_total{source=\"incidents\",disposition=\"recorded\"} 7",
	    "dyetrace_events_total{source=\"incidents\",disposition=\"gap\"} 5",
	    "dyetrace_events_total{source=\"orders\",disposition=\"recorded\"} 0",
	    "dyetrace_payload_bytes_total{source=\"incidents\"} 99",
	    "dyetrace_source_up{source=\"incidents\"} 1",
	    "dyetrace_source_up{source=\"orders\"} 0",
	    "dyetrace_source_backlog_bytes{source=\"orders\"} 17",
	    "dyetrace_partition_lag_records{source=\"incidents\",partition=\"servicenow.incident/"
	    "0\"} "
	    "1000",
	    "dyetrace_partition_unexplained_records{source=\"incidents\",partition=\"servicenow."
	    "incident/0\"} 1",
	    "dyetrace_partition_committed_offset{source=\"incidents\",partition=\"servicenow."
	    "incident/"
	    "0\"} 25",
	    "dyetrace_partition_newest_event_timestamp_seconds{source=\"incidents\",partition="
	    "\"servicenow.incident/0\"} 1.5",
	    "dyetrace_commit_duration_seconds_bucket{le=\"0.0025\"} 1",
	    "dyetrace_commit_duration_seconds_bucket{le=\"10\"} 2",
	    "dyetrace_commit_duration_seconds_bucket{le=\"+Inf\"} 2",
	    "dyetrace_commit_duration_seconds_sum 7.5",
	    "dyetrace_commit_duration_seconds_count 2",
	    "dyetrace_lineage_epoch 4",
	    "# HELP dyetrace_source_registry_errors_total Answers of the registry that were "
	    "errors.",
	    "# TYPE dyetrace_source_registry_errors_total counter",
	    "dyetrace_source_registry_errors_total{source=\"incidents\"} 3",
	    "dyetrace_source_registry_errors_total{source=\"orders\"} 3",
	    "# TYPE dyetrace_source_queue_bytes gauge",
	    "dyetrace_source_queue_bytes{source=\"incidents\"} 4096",
	    "dyetrace_publisher_up{publisher=\"provenance\"} 0",
	    "dyetrace_publisher_lag_records{publisher=\"provenance\"} 2",
	    "dyetrace_publisher_published_records_total{publisher=\"provenance\"} 40",
	    "# HELP dyetrace_publisher_copied_total Copies delivered.",
	    "dyetrace_publisher_copied_total{publisher=\"provenance\"} 8",
	};
	struct buffer scrape = scraped(true, "");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_COUNT(lines); i++)
		if (!says(&scrape, lines[i]))
			fail_msg("no line %s", lines[i]);
	buffer_fini(&scrape);
}

static void
what_is_not_known_has_no_line(void **state)
{
	struct buffer scrape = scraped(true, "");

	(void)state;
	assert_null(strstr((char *)scrape.data, "lag_records{source=\"orders\""));
	assert_null(strstr((char *)scrape.data, "backlog_bytes{source=\"incidents\""));
	assert_null(strstr((char *)scrape.data, "timestamp_seconds{source=\"orders\""));
	assert_null(strstr((char *)scrape.data, "bad name"));
	buffer_fini(&scrape);
}

static void
it_is_not_ready_when_it_is_closed_or_in_trouble(void **state)
{
	struct buffer closed = scraped(false, ""), paused = scraped(true, "disk full");

	(void)state;
	assert_true(says(&closed, "dyetrace_ready 0"));
	assert_true(says(&paused, "dyetrace_ready 0"));
	buffer_fini(&closed);
	buffer_fini(&paused);
}

/* One HELP and one TYPE a metric, and its samples right behind them. */
static void
each_metric_has_its_head_once_and_in_front(void **state)
{
	struct buffer scrape = scraped(true, "");
	char *line, *rest, name[256], now[256] = "";
	size_t heads = 0;

	(void)state;
	for (line = strtok_r((char *)scrape.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "# HELP %255s ", name) == 1) {
			snprintf(now, sizeof(now), "%s", name);
			heads++;
		} else if (sscanf(line, "# TYPE %255s ", name) == 1) {
			assert_string_equal(name, now);
		} else {
			assert_int_equal(strncmp(line, now, strlen(now)), 0);
		}
	}
	assert_true(heads > 30);
	buffer_fini(&scrape);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), tail = strlen(end);

	return size >= tail && strcmp(name + size - tail, end) == 0;
}

/* Source: prometheus.io/docs/practices/naming. */
static void
names_follow_the_rules(void **state)
{
	const struct metric *one, *other;

	(void)state;
	for (one = metrics_table; one->name; one++) {
		assert_true(exposition_name_good(one->name));
		assert_true(strncmp(one->name, "dyetrace_", 9) == 0 ||
		    strncmp(one->name, "process_", 8) == 0);
		assert_int_equal(ends_with(one->name, "_total"), one->kind == METRIC_COUNTER);
		assert_false(ends_with(one->name, "_ms") || ends_with(one->name, "_mb"));
		assert_true(one->help[strlen(one->help) - 1] == '.');
		assert_int_equal(!!one->one + !!one->source + !!one->partition + !!one->publisher +
			!!one->samples,
		    1);
		for (other = one + 1; other->name; other++)
			assert_string_not_equal(one->name, other->name);
	}
}

static void
the_document_has_a_row_for_each_metric_and_each_figure_of_a_type(void **state)
{
	static const struct source_type *const types[] = {&kafka_like, NULL};
	static const struct publisher_type *const publisher_types[] = {&sink, NULL};
	const struct metric *metric;
	struct buffer out = {0};
	char row[160];

	(void)state;
	metrics_document(types, publisher_types, &out);
	buffer_add_byte(&out, 0);
	for (metric = metrics_table; metric->name; metric++) {
		snprintf(row, sizeof(row), "| `%s` | %s |", metric->name,
		    metric_kind_name(metric->kind));
		assert_non_null(strstr((char *)out.data, row));
	}
	assert_non_null(strstr((char *)out.data,
	    "| `dyetrace_source_registry_errors_total` | counter | `source` | Answers of the "
	    "registry that were errors. |\n"));
	buffer_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_scrape_says_what_the_figures_say),
	    cmocka_unit_test(what_is_not_known_has_no_line),
	    cmocka_unit_test(it_is_not_ready_when_it_is_closed_or_in_trouble),
	    cmocka_unit_test(each_metric_has_its_head_once_and_in_front),
	    cmocka_unit_test(names_follow_the_rules),
	    cmocka_unit_test(the_document_has_a_row_for_each_metric_and_each_figure_of_a_type),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
