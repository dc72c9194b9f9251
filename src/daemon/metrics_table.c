/* SPDX-License-Identifier: Apache-2.0 */
/* The rows, in the order in which they are printed, and their getters. */
#include "metrics_table.h"

#include <math.h>

#define NOT_KNOWN ((double)NAN)

/* --- figures that are one ---------------------------------------------------------------- */

static double
ready(const struct moment *moment)
{
	return moment->board->open && !*moment->board->trouble;
}

static double
turns(const struct moment *moment)
{
	return (double)moment->board->turns;
}

static double
turn_age(const struct moment *moment)
{
	return moment->turn_age_s;
}

static double
pauses(const struct moment *moment)
{
	return (double)moment->board->pauses;
}

static double
waited(const struct moment *moment)
{
	return moment->figures->commits.waited_s;
}

static double
unexplained_all(const struct moment *moment)
{
	return (double)moment->figures->unexplained;
}

static double
unlisted(const struct moment *moment)
{
	return (double)moment->figures->unlisted;
}

static double
epoch(const struct moment *moment)
{
	return moment->figures->epoch;
}

static double
records(const struct moment *moment)
{
	return (double)moment->figures->records;
}

static double
conclusions(const struct moment *moment)
{
	return (double)moment->figures->conclusions;
}

static double
actors(const struct moment *moment)
{
	return (double)moment->figures->actors;
}

static double
state_bytes(const struct moment *moment)
{
	return (double)moment->sizes.state_bytes;
}

static double
catalog_bytes(const struct moment *moment)
{
	return (double)moment->sizes.catalog_bytes;
}

static double
free_bytes(const struct moment *moment)
{
	return moment->sizes.free_bytes < 0 ? NOT_KNOWN : (double)moment->sizes.free_bytes;
}

static double
log_dropped(const struct moment *moment)
{
	return (double)moment->log_dropped;
}

static double
cpu(const struct moment *moment)
{
	return moment->process.cpu_seconds;
}

static double
resident(const struct moment *moment)
{
	return moment->process.resident_bytes;
}

static double
virtual_memory(const struct moment *moment)
{
	return moment->process.virtual_bytes;
}

static double
started(const struct moment *moment)
{
	return moment->process.started_s;
}

static double
fds(const struct moment *moment)
{
	return moment->process.open_fds;
}

static double
fds_max(const struct moment *moment)
{
	return moment->process.max_fds;
}

/* --- of a source, of a partition ---------------------------------------------------------- */

static double
source_up(const struct source_figures *source)
{
	return !source->error;
}

static double
source_bytes(const struct source_figures *source)
{
	return (double)source->counts.payload_bytes;
}

static double
source_backlog(const struct source_figures *source)
{
	return source->backlog_bytes < 0 ? NOT_KNOWN : (double)source->backlog_bytes;
}

static double
lag(const struct partition_figures *partition)
{
	return partition->lag < 0 ? NOT_KNOWN : (double)partition->lag;
}

static double
read_offset(const struct partition_figures *partition)
{
	return (double)partition->read;
}

static double
committed_offset(const struct partition_figures *partition)
{
	return (double)partition->committed.next_offset;
}

static double
unexplained(const struct partition_figures *partition)
{
	return (double)partition_unexplained(&partition->committed);
}

static double
incarnation(const struct partition_figures *partition)
{
	return partition->incarnation;
}

static double
newest(const struct partition_figures *partition)
{
	return partition->newest_ms == TIME_NONE ? NOT_KNOWN : (double)partition->newest_ms / 1e3;
}

/* --- of a publisher ------------------------------------------------------------------------ */

static double
publisher_up(const struct publisher_figures *publisher)
{
	return !publisher->counts.failing;
}

static double
publisher_lag(const struct publisher_figures *publisher)
{
	return (double)publisher->counts.lag;
}

static double
publisher_waiting(const struct publisher_figures *publisher)
{
	return (double)publisher->counts.waiting;
}

static double
publisher_published(const struct publisher_figures *publisher)
{
	return (double)publisher->counts.published;
}

static double
publisher_errors(const struct publisher_figures *publisher)
{
	return (double)publisher->counts.errors;
}

static double
publisher_dead(const struct publisher_figures *publisher)
{
	return (double)publisher->counts.dead;
}

/* --- with labels of their own ------------------------------------------------------------ */

static void
one_label(const struct metric *metric, const char *value, double number, struct buffer *out)
{
	const struct sample_label labels[] = {{metric->labels[0], value}, {NULL, NULL}};

	exposition_sample(metric->name, "", labels, number, out);
}

static void
build(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	one_label(metric, moment->board->version, 1, out);
}

static void
reloads(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	static const char *const outcomes[] = {"done", "refused", "failed"};
	size_t i;

	for (i = 0; i < RELOAD_OUTCOMES; i++)
		one_label(metric, outcomes[i], (double)moment->board->reloads[i], out);
}

static void
events(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	static const char *const words[] = {"recorded", "quarantined", "filtered", "gap"};
	size_t i, j;

	for (i = 0; i < moment->figures->source_count; i++) {
		const struct source_figures *source = &moment->figures->sources[i];
		const int64_t numbers[] = {source->counts.recorded, source->counts.quarantined,
		    source->counts.filtered, source->counts.gaps};

		for (j = 0; j < ARRAY_COUNT(words); j++) {
			const struct sample_label labels[] = {{metric->labels[0], source->name},
			    {metric->labels[1], words[j]}, {NULL, NULL}};

			exposition_sample(metric->name, "", labels, (double)numbers[j], out);
		}
	}
}

static void
commit_duration(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	const struct commit_figures *commits = &moment->figures->commits;
	struct sample_label labels[] = {{"le", NULL}, {NULL, NULL}};
	struct buffer bound = {0};
	size_t i;

	for (i = 0; i < COMMIT_BOUNDS; i++) {
		bound.size = 0;
		buffer_add_format(&bound, "%g", commit_bounds[i]);
		buffer_add_byte(&bound, 0);
		labels[0].value = (char *)bound.data;
		exposition_sample(metric->name, "_bucket", labels, (double)commits->within[i], out);
	}
	labels[0].value = "+Inf";
	exposition_sample(metric->name, "_bucket", labels, (double)commits->count, out);
	exposition_sample(metric->name, "_sum", NULL, commits->seconds, out);
	exposition_sample(metric->name, "_count", NULL, (double)commits->count, out);
	buffer_fini(&bound);
}

static void
ledger_bytes(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	one_label(metric, "facts", (double)moment->sizes.facts_bytes, out);
	one_label(metric, "conclusions", (double)moment->sizes.conclusions_bytes, out);
}

static void
dropped(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	const struct ingest_dropped *dropped = &moment->figures->dropped;

	one_label(metric, "actors", (double)dropped->actors, out);
	one_label(metric, "names", (double)dropped->names, out);
	one_label(metric, "wide-entities", (double)dropped->entities, out);
	one_label(metric, "upstream-headers", (double)dropped->headers, out);
	one_label(metric, "feature-keys", (double)dropped->keys, out);
}

static void
log_lines(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(levels); i++)
		one_label(metric, levels[i], (double)moment->log_lines[i], out);
}

#define OF_SOURCE                                                                                  \
	{                                                                                          \
		"source", NULL                                                                     \
	}
#define OF_PUBLISHER                                                                               \
	{                                                                                          \
		"publisher", NULL                                                                  \
	}
#define OF_PARTITION                                                                               \
	{                                                                                          \
		"source", "partition", NULL                                                        \
	}

const struct metric metrics_table[] = {
    {"dyetrace_build_info", METRIC_GAUGE, {"version", NULL},
	"1; its label says which program runs.", .samples = build},
    {"dyetrace_ready", METRIC_GAUGE, {NULL},
	"1 while the sources are open and the store can be written, else 0; as /readyz.",
	.one = ready},
    {"dyetrace_route_turns_total", METRIC_COUNTER, {NULL},
	"Turns of the route's loop: batches read, or looks for new ones.", .one = turns},
    {"dyetrace_route_turn_age_seconds", METRIC_GAUGE, {NULL},
	"Time since the route's loop turned; /livez fails when it is long.", .one = turn_age},
    {"dyetrace_reloads_total", METRIC_COUNTER, {"outcome", NULL},
	"Reloads of the settings: done, refused (mistakes, or what needs a restart) or failed (the "
	"sources or the store could not be opened with them).",
	.samples = reloads},
    {"dyetrace_pauses_total", METRIC_COUNTER, {NULL},
	"Times that the store could not be written and the route waited for it.", .one = pauses},
    {"dyetrace_events_total", METRIC_COUNTER, {"source", "disposition", NULL},
	"Positions read since the process started, by what became of them: recorded, quarantined, "
	"filtered or gap.",
	.samples = events},
    {"dyetrace_payload_bytes_total", METRIC_COUNTER, OF_SOURCE,
	"Bytes of the records read since the process started.", .source = source_bytes},
    {"dyetrace_source_up", METRIC_GAUGE, OF_SOURCE,
	"1 while the source is read, 0 when it stopped with an error.", .source = source_up},
    {"dyetrace_source_backlog_bytes", METRIC_GAUGE, OF_SOURCE,
	"What the source has and was not read yet, where it can tell.", .source = source_backlog},
    {"dyetrace_partition_lag_records", METRIC_GAUGE, OF_PARTITION,
	"Records of the partition that were not read yet, where the source can tell.",
	.partition = lag},
    {"dyetrace_partition_read_offset", METRIC_GAUGE, OF_PARTITION,
	"Offset behind what was read of the partition.", .partition = read_offset},
    {"dyetrace_partition_committed_offset", METRIC_GAUGE, OF_PARTITION,
	"Offset behind what is committed of the partition: where a crash would go on.",
	.partition = committed_offset},
    {"dyetrace_partition_unexplained_records", METRIC_GAUGE, OF_PARTITION,
	"Committed positions less recorded, quarantined, filtered and gaps: always 0.",
	.partition = unexplained},
    {"dyetrace_partition_incarnation", METRIC_GAUGE, OF_PARTITION,
	"1, and one more each time that the topic or file was made anew.",
	.partition = incarnation},
    {"dyetrace_partition_newest_event_timestamp_seconds", METRIC_GAUGE, OF_PARTITION,
	"Greatest event time of the partition, since 1970.", .partition = newest},
    {"dyetrace_partitions_unlisted", METRIC_GAUGE, {NULL},
	"Partitions beyond the 1024 newest: they are read as any, but have no lines here.",
	.one = unlisted},
    {"dyetrace_unexplained_records", METRIC_GAUGE, {NULL},
	"The same as of a partition, over all that the store has ever read: always 0.",
	.one = unexplained_all},
    {"dyetrace_commit_duration_seconds", METRIC_HISTOGRAM, {"le", NULL},
	"How long commits took: the segments' fsync and the catalog's transaction.",
	.samples = commit_duration},
    {"dyetrace_queue_wait_seconds_total", METRIC_COUNTER, {NULL},
	"Back-pressure: how long the route waited for the writer.", .one = waited},
    {"dyetrace_ledger_records", METRIC_GAUGE, {NULL}, "Records in the ledger.", .one = records},
    {"dyetrace_ledger_conclusions", METRIC_GAUGE, {NULL},
	"Records in the ledger that moved a feature.", .one = conclusions},
    {"dyetrace_ledger_bytes", METRIC_GAUGE, {"part", NULL},
	"Size of the segments: of facts, of conclusions.", .samples = ledger_bytes},
    {"dyetrace_state_bytes", METRIC_GAUGE, {NULL}, "Size of the state's snapshot.",
	.one = state_bytes},
    {"dyetrace_catalog_bytes", METRIC_GAUGE, {NULL}, "Size of the catalog.", .one = catalog_bytes},
    {"dyetrace_store_free_bytes", METRIC_GAUGE, {NULL}, "Room on the store's disk.",
	.one = free_bytes},
    {"dyetrace_publisher_up", METRIC_GAUGE, OF_PUBLISHER,
	"1 while the publisher can deliver, 0 while it waits for its sink or to try again.",
	.publisher = publisher_up},
    {"dyetrace_publisher_lag_records", METRIC_GAUGE, OF_PUBLISHER,
	"Records that are committed and not known to be delivered.", .publisher = publisher_lag},
    {"dyetrace_publisher_waiting_records", METRIC_GAUGE, OF_PUBLISHER,
	"Records handed to the publisher and not known to be delivered.",
	.publisher = publisher_waiting},
    {"dyetrace_publisher_published_records_total", METRIC_COUNTER, OF_PUBLISHER,
	"Records delivered since the store's first.", .publisher = publisher_published},
    {"dyetrace_publisher_errors_total", METRIC_COUNTER, OF_PUBLISHER,
	"Times that the publisher could not go on.", .publisher = publisher_errors},
    {"dyetrace_publisher_dead_records_total", METRIC_COUNTER, OF_PUBLISHER,
	"What can never be delivered: it stands in STORE/published/NAME.dead.",
	.publisher = publisher_dead},
    {"dyetrace_lineage_epoch", METRIC_GAUGE, {NULL}, "Epoch of the lineage in force.",
	.one = epoch},
    {"dyetrace_actors", METRIC_GAUGE, {NULL}, "People and service accounts with a pseudonym.",
	.one = actors},
    {"dyetrace_dropped_total", METRIC_COUNTER, {"limit", NULL},
	"What a limit of the settings dropped since the process started.", .samples = dropped},
    {"dyetrace_log_lines_total", METRIC_COUNTER, {"level", NULL},
	"Lines for the operator, those that were repeats included.", .samples = log_lines},
    {"dyetrace_log_dropped_lines_total", METRIC_COUNTER, {NULL},
	"Lines that could not be written, because their reader was slow or the disk full.",
	.one = log_dropped},
    {"process_cpu_seconds_total", METRIC_COUNTER, {NULL}, "CPU time of the process.", .one = cpu},
    {"process_resident_memory_bytes", METRIC_GAUGE, {NULL}, "Memory in use.", .one = resident},
    {"process_virtual_memory_bytes", METRIC_GAUGE, {NULL}, "Addresses in use.",
	.one = virtual_memory},
    {"process_start_time_seconds", METRIC_GAUGE, {NULL}, "When the process started, since 1970.",
	.one = started},
    {"process_open_fds", METRIC_GAUGE, {NULL}, "Files and sockets that are open.", .one = fds},
    {"process_max_fds", METRIC_GAUGE, {NULL}, "How many may be.", .one = fds_max},
    {NULL},
};
