/* SPDX-License-Identifier: Apache-2.0 */
/* The table walked: as a scrape, and as a document. */
#include "daemon/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "metrics_table.h"

const char *
metric_own_name(const char *whose, const char *figure, char out[METRIC_NAME_BYTES])
{
	snprintf(out, METRIC_NAME_BYTES, "dyetrace_%s_%s", whose, figure);
	return out;
}

enum metric_kind
metric_own_kind(const char *figure)
{
	size_t size = strlen(figure);

	return size > 6 && strcmp(figure + size - 6, "_total") == 0 ? METRIC_COUNTER : METRIC_GAUGE;
}

static void
print_sources(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	size_t i;

	for (i = 0; i < moment->figures->source_count; i++) {
		const struct source_figures *source = &moment->figures->sources[i];
		const struct sample_label labels[] = {{"source", source->name}, {NULL, NULL}};
		double value = metric->source(source);

		if (!isnan(value))
			exposition_sample(metric->name, "", labels, value, out);
	}
}

static void
print_partitions(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	size_t i;

	for (i = 0; i < moment->figures->partition_count; i++) {
		const struct partition_figures *partition = &moment->figures->partitions[i];
		const struct sample_label labels[] = {
		    {"source", partition->source}, {"partition", partition->name}, {NULL, NULL}};
		double value = metric->partition(partition);

		if (!isnan(value))
			exposition_sample(metric->name, "", labels, value, out);
	}
}

static void
print_publishers(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	size_t i;

	for (i = 0; i < moment->publisher_count; i++) {
		const struct publisher_figures *publisher = &moment->publishers[i];
		const struct sample_label labels[] = {
		    {"publisher", publisher->counts.name}, {NULL, NULL}};

		exposition_sample(metric->name, "", labels, metric->publisher(publisher), out);
	}
}

static void
print_one(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	double value = metric->one(moment);

	if (!isnan(value))
		exposition_sample(metric->name, "", NULL, value, out);
}

static void
print_metric(const struct metric *metric, const struct moment *moment, struct buffer *out)
{
	exposition_head(metric->name, metric->kind, metric->help, out);
	if (metric->one)
		print_one(metric, moment, out);
	else if (metric->source)
		print_sources(metric, moment, out);
	else if (metric->partition)
		print_partitions(metric, moment, out);
	else if (metric->publisher)
		print_publishers(metric, moment, out);
	else
		metric->samples(metric, moment, out);
}

/* --- what sources and publishers give of themselves --------------------------------------- */

/* One of either. */
struct giver {
	const char *name;
	const struct figure_help *figures; /* that its type names; may be NULL */
	size_t own_count;
	const struct own_figure *own;
};

/* All of one sort. */
struct givers {
	const char *whose; /* "source", "publisher": the label, too */
	size_t count;
	const struct giver *items;
};

static const char *
own_help(const struct giver *giver, const char *name)
{
	const struct figure_help *figure;

	for (figure = giver->figures; figure && figure->name; figure++)
		if (strcmp(figure->name, name) == 0)
			return figure->help;
	return "A figure that this type gives of itself.";
}

/* Whether an earlier figure of this or an earlier giver has that name: then it was printed. */
static bool
was_printed(const struct givers *givers, size_t giver, size_t own)
{
	const char *name = givers->items[giver].own[own].name;
	size_t i, j;

	for (i = 0; i <= giver; i++)
		for (j = 0; j < (i == giver ? own : givers->items[i].own_count); j++)
			if (strcmp(givers->items[i].own[j].name, name) == 0)
				return true;
	return false;
}

/* The figure of all that give it; the first where one gives it twice. */
static void
print_own(const struct givers *givers, const char *name, const char *exported, struct buffer *out)
{
	size_t i, j;

	for (i = 0; i < givers->count; i++) {
		const struct giver *giver = &givers->items[i];
		const struct sample_label labels[] = {{givers->whose, giver->name}, {NULL, NULL}};

		for (j = 0; j < giver->own_count && strcmp(giver->own[j].name, name) != 0; j++)
			;
		if (j < giver->own_count)
			exposition_sample(exported, "", labels, giver->own[j].value, out);
	}
}

static void
print_givers(const struct givers *givers, struct buffer *out)
{
	char exported[METRIC_NAME_BYTES];
	size_t i, j;

	for (i = 0; i < givers->count; i++)
		for (j = 0; j < givers->items[i].own_count; j++) {
			const char *name = givers->items[i].own[j].name;

			if (was_printed(givers, i, j) || !exposition_name_good(name))
				continue;
			metric_own_name(givers->whose, name, exported);
			exposition_head(exported, metric_own_kind(name),
			    own_help(&givers->items[i], name), out);
			print_own(givers, name, exported, out);
		}
}

static void
print_sources_own(const struct moment *moment, struct buffer *out)
{
	size_t count = moment->figures->source_count, i;
	struct giver *items = memory_get_array(count + 1, sizeof(*items));

	for (i = 0; i < count; i++) {
		const struct source_figures *source = &moment->figures->sources[i];

		items[i] = (struct giver){
		    source->name, source->type->figures, source->own_count, source->own};
	}
	print_givers(&(struct givers){"source", count, items}, out);
	memory_free(items);
}

static void
print_publishers_own(const struct moment *moment, struct buffer *out)
{
	size_t count = moment->publisher_count, i;
	struct giver *items = memory_get_array(count + 1, sizeof(*items));

	for (i = 0; i < count; i++) {
		const struct publisher_figures *publisher = &moment->publishers[i];

		items[i] = (struct giver){publisher->counts.name, publisher->type->figures,
		    publisher->own_count, publisher->own};
	}
	print_givers(&(struct givers){"publisher", count, items}, out);
	memory_free(items);
}

void
metrics_print(const struct moment *moment, struct buffer *out)
{
	const struct metric *metric;

	for (metric = metrics_table; metric->name; metric++)
		print_metric(metric, moment, out);
	print_sources_own(moment, out);
	print_publishers_own(moment, out);
}

/* --- the document ----------------------------------------------------------------------------- */

static void
document_row(const char *name, enum metric_kind kind, const char *const *labels, const char *help,
    struct buffer *out)
{
	size_t i;

	buffer_add_format(out, "| `%s` | %s | ", name, metric_kind_name(kind));
	for (i = 0; labels[i]; i++)
		buffer_add_format(out, "%s`%s`", i ? ", " : "", labels[i]);
	buffer_add_format(out, " | %s |\n", help);
}

static void
document_type(const char *whose, const struct figure_help *figures, struct buffer *out)
{
	const char *const labels[] = {whose, NULL};
	const struct figure_help *figure;
	char exported[METRIC_NAME_BYTES];

	for (figure = figures; figure && figure->name; figure++)
		document_row(metric_own_name(whose, figure->name, exported),
		    metric_own_kind(figure->name), labels, figure->help, out);
}

void
metrics_document(const struct source_type *const *sources,
    const struct publisher_type *const *publishers, struct buffer *out)
{
	const struct metric *metric;

	buffer_add_text(
	    out, TEXT("| metric | kind | labels | what it says |\n|---|---|---|---|\n"));
	for (metric = metrics_table; metric->name; metric++)
		document_row(metric->name, metric->kind, metric->labels, metric->help, out);
	for (; sources && *sources; sources++)
		document_type("source", (*sources)->figures, out);
	for (; publishers && *publishers; publishers++)
		document_type("publisher", (*publishers)->figures, out);
}
