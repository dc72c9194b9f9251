/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of metrics.h, and what they are filled from. */
#ifndef DYETRACE_DAEMON_METRICS_TABLE_H
#define DYETRACE_DAEMON_METRICS_TABLE_H

#include "board.h"
#include "exposition.h"
#include "process.h"

/* All that one scrape says; the board's part holds while its mutex is held. */
struct moment {
	const struct board *board;
	const struct ingest_figures *figures;
	size_t publisher_count;
	const struct publisher_figures *publishers;
	struct process_figures process;
	struct store_sizes sizes;
	double turn_age_s;
	uint64_t log_lines[4]; /* by level */
	uint64_t log_dropped;
};

struct metric;

/* Of the five last members one is set. A value that is not a number is left out. */
struct metric {
	const char *name;
	enum metric_kind kind;
	const char *labels[EXPOSITION_LABELS_MAX + 1]; /* ended by NULL */
	const char *help;
	double (*one)(const struct moment *moment);
	double (*source)(const struct source_figures *source); /* labels: source */
	double (*partition)(
	    const struct partition_figures *partition); /* labels: source, partition */
	double (*publisher)(const struct publisher_figures *publisher); /* labels: publisher */
	void (*samples)(
	    const struct metric *metric, const struct moment *moment, struct buffer *out);
};

extern const struct metric metrics_table[]; /* ended by a name NULL */

/* What an own figure is exported as; whose: "source" or "publisher". Returns out. */
#define METRIC_NAME_BYTES 128
const char *metric_own_name(const char *whose, const char *figure, char out[METRIC_NAME_BYTES]);
/* By its name: one that ends in _total only goes up. */
enum metric_kind metric_own_kind(const char *figure);

/* Appends one scrape. */
void metrics_print(const struct moment *moment, struct buffer *out);

#endif
