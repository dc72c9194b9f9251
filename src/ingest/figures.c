/* SPDX-License-Identifier: Apache-2.0 */
/* Copies: a partition's committed side comes from the scribe, its read side from the route. */
#include "ingest/figures.h"

#include "route.h"

void
figures_init(struct ingest_figures *figures)
{
	*figures = (struct ingest_figures){0};
	arena_init(&figures->arena);
}

void
figures_fini(struct ingest_figures *figures)
{
	arena_fini(&figures->arena);
}

const char *
figures_keep(struct ingest_figures *figures, const char *text)
{
	size_t bytes = strlen(text) + 1;

	return memcpy(arena_get(&figures->arena, bytes), text, bytes);
}

/* --- sources -------------------------------------------------------------------------- */

struct meter {
	struct ingest_figures *figures;
	struct source_figures *source;
};

static void
add_own(void *context, const char *name, double value)
{
	struct meter *meter = context;
	struct source_figures *source = meter->source;

	if (source->own_count < FIGURES_OWN_MAX)
		source->own[source->own_count++] =
		    (struct own_figure){figures_keep(meter->figures, name), value};
}

static void
read_source(
    const struct ingest_source *source, struct ingest_figures *figures, struct source_figures *out)
{
	const struct source_type *type = source->settings->type;
	struct meter meter = {figures, out};
	struct source_meter host = {&meter, add_own};

	*out = (struct source_figures){
	    .name = figures_keep(figures, source->settings->name),
	    .type = type,
	    .counts = source->counts,
	    .backlog_bytes = -1,
	    .ended = source->ended,
	};
	if (source->error.kind != ERROR_NONE)
		out->error = figures_keep(figures, source->error.text);
	if (!source->source)
		return;
	if (!source->ended)
		out->backlog_bytes = type->backlog(source->source);
	if (!type->measure)
		return;
	out->own = arena_get_zero(&figures->arena, FIGURES_OWN_MAX * sizeof(*out->own));
	type->measure(source->source, &host);
}

static void
read_sources(const struct ingest *ingest, struct ingest_figures *figures)
{
	size_t i;

	figures->source_count = ingest->source_count;
	figures->sources =
	    arena_get_zero(&figures->arena, (ingest->source_count + 1) * sizeof(*figures->sources));
	for (i = 0; i < ingest->source_count; i++)
		read_source(&ingest->sources[i], figures, &figures->sources[i]);
}

/* --- partitions ----------------------------------------------------------------------- */

/* NULL: none that is open. */
static const struct ingest_source *
source_of(const struct ingest *ingest, const struct partition *partition)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++)
		if (strcmp(ingest->sources[i].settings->name, partition->source) == 0)
			return ingest->sources[i].source ? &ingest->sources[i] : NULL;
	return NULL;
}

static int64_t
lag_of(const struct ingest *ingest, const struct partition *partition)
{
	const struct ingest_source *source = source_of(ingest, partition);

	if (!source || source->ended || !source->settings->type->lag)
		return -1;
	return source->settings->type->lag(source->source, partition);
}

static void
read_partition(struct ingest *ingest, const struct partition *partition,
    const struct partition_mark *committed, struct ingest_figures *figures)
{
	if (figures->partition_count == FIGURES_PARTITIONS_MAX) {
		figures->unlisted++;
		return;
	}
	figures->partitions[figures->partition_count++] = (struct partition_figures){
	    .source = figures_keep(figures, partition->source),
	    .name = figures_keep(figures, partition->name),
	    .incarnation = partition->incarnation,
	    .committed = *committed,
	    .read = partition->next_offset,
	    .lag = lag_of(ingest, partition),
	    .newest_ms = partition->max_time_ms,
	};
}

static void
read_partitions(struct ingest *ingest, struct ingest_figures *figures)
{
	size_t most = ingest->partition_count < FIGURES_PARTITIONS_MAX ? ingest->partition_count
								       : FIGURES_PARTITIONS_MAX;
	size_t i;

	figures->partitions = arena_get(&figures->arena, (most + 1) * sizeof(*figures->partitions));
	for (i = ingest->partition_count; i-- > 0;) {
		const struct partition *partition = ingest->partitions[i];
		struct partition_mark mark;

		if (!scribe_mark(ingest->scribe, partition->number, &mark))
			mark = (struct partition_mark){
			    .start = partition->start, .next_offset = partition->start};
		figures->unexplained += partition_unexplained(&mark);
		if (!partition->ended)
			read_partition(ingest, partition, &mark, figures);
	}
}

void
figures_read(struct ingest *ingest, struct ingest_figures *figures)
{
	struct arena arena = figures->arena;
	struct identity_counts identity;

	arena_reset(&arena);
	identity_counts(ingest->identity, &identity);
	*figures = (struct ingest_figures){
	    .arena = arena,
	    .epoch = ingest->epoch,
	    .records = ingest->next_record,
	    .conclusions = ingest->conclusion_count,
	    .actors = identity.actors,
	    .counts = ingest->counts,
	};
	ingest_dropped(ingest, &figures->dropped);
	scribe_commits(ingest->scribe, &figures->commits);
	read_sources(ingest, figures);
	read_partitions(ingest, figures);
}

/* --- counters that go on ---------------------------------------------------------------- */

static void
add_counts(struct ingest_counts *to, const struct ingest_counts *more)
{
	to->recorded += more->recorded;
	to->quarantined += more->quarantined;
	to->filtered += more->filtered;
	to->gaps += more->gaps;
	to->payload_bytes += more->payload_bytes;
}

static void
add_commits(struct commit_figures *to, const struct commit_figures *more)
{
	size_t i;

	to->count += more->count;
	to->seconds += more->seconds;
	to->waited_s += more->waited_s;
	for (i = 0; i < COMMIT_BOUNDS; i++)
		to->within[i] += more->within[i];
}

void
figures_continue(struct ingest_figures *figures, const struct ingest_figures *before)
{
	size_t i, j;

	add_counts(&figures->counts, &before->counts);
	add_commits(&figures->commits, &before->commits);
	figures->dropped.actors += before->dropped.actors;
	figures->dropped.names += before->dropped.names;
	figures->dropped.entities += before->dropped.entities;
	figures->dropped.headers += before->dropped.headers;
	figures->dropped.keys += before->dropped.keys;
	for (i = 0; i < figures->source_count; i++)
		for (j = 0; j < before->source_count; j++)
			if (strcmp(figures->sources[i].name, before->sources[j].name) == 0)
				add_counts(&figures->sources[i].counts, &before->sources[j].counts);
}
