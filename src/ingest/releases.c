/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which partitions hold the clock of features back, and when one does no longer
 * (docs/influence.md, "The clock and the window"). Each release is a note of the
 * ledger, so that a replay follows it.
 *
 * Read to the end, a source that takes one partition after another releases the one
 * before with the first event of the next: what that is follows from the ledger
 * alone, so that two runs release where one does. Followed, a partition that gave
 * nothing for long is released when another one is ahead of it.
 */
#include <jansson.h>
#include <stdlib.h>

#include "route.h"

#define LOOK_EVERY_MS 1000

void
release_body(const struct partition *partition, struct buffer *body)
{
	struct arena arena;
	struct text source, name;
	json_t *document;
	char *text;

	arena_init(&arena);
	source = recorded_text(text_of(partition->source), &arena);
	name = recorded_text(text_of(partition->name), &arena);
	document = json_pack("{s:o, s:o, s:I}", "source", json_stringn(source.data, source.size),
	    "partition", json_stringn(name.data, name.size), "incarnation",
	    (json_int_t)partition->incarnation);
	text = json_dumps(document, JSON_COMPACT | JSON_PRESERVE_ORDER);
	buffer_add_text(body, text_of(text));
	free(text);
	json_decref(document);
	arena_fini(&arena);
}

/* --- as events come --------------------------------------------------------------------- */

static struct standing *
standing_of(struct ingest *ingest, struct partition *partition)
{
	struct standing *standing;
	size_t i;

	for (i = ingest->standing_count; i-- > 0;)
		if (ingest->standings[i].partition == partition)
			return &ingest->standings[i];
	memory_grow(&ingest->standings, &ingest->standing_capacity, ingest->standing_count + 1,
	    sizeof(*ingest->standings));
	standing = &ingest->standings[ingest->standing_count++];
	*standing = (struct standing){.partition = partition};
	return standing;
}

static void
hold(struct ingest *ingest, struct partition *partition, int64_t now)
{
	struct standing *standing = standing_of(ingest, partition);

	standing->holds = true;
	standing->given_ms = now;
}

static bool
is_followed(const struct ingest *ingest)
{
	return !ingest->options.until_end && !ingest->options.without_sources;
}

/* Of the two of one source; a newer incarnation releases the older one by itself. */
static bool
is_left_behind(const struct partition *before, const struct partition *now)
{
	return before != now &&
	    !(strcmp(before->name, now->name) == 0 && before->incarnation < now->incarnation);
}

static bool
may_release(const struct ingest *ingest, const struct ingest_source *source)
{
	return source->settings->type->in_turn && !is_followed(ingest) && source->newest &&
	    !source->newest_released;
}

void
releases_mark(struct ingest *ingest, struct ingest_source *source, struct batch *batch)
{
	struct partition *marked = NULL;
	int64_t now = monotonic_ms();
	size_t i;

	for (i = 0; i < batch->count; i++) {
		struct partition *partition = batch->messages[i].partition;

		if (batch->outcomes[i].disposition != DISPOSITION_RECORDED || partition == marked)
			continue;
		if (may_release(ingest, source) && is_left_behind(source->newest, partition))
			batch->messages[i].releases = source->newest;
		source->newest = marked = partition;
		source->newest_released = false;
		if (is_followed(ingest))
			hold(ingest, partition, now);
	}
}

/* --- followed --------------------------------------------------------------------------- */

static bool
release(struct ingest *ingest, struct standing *standing, struct error *err)
{
	const struct partition *partition = standing->partition;
	size_t i;

	impact_release(ingest->impact, text_of(partition->source), text_of(partition->name),
	    partition->incarnation, ingest->next_record);
	standing->holds = false;
	for (i = 0; i < ingest->source_count; i++)
		if (ingest->sources[i].newest == partition)
			ingest->sources[i].newest_released = true;
	return record_release(ingest, partition, err);
}

static int64_t
newest_time(const struct ingest *ingest)
{
	int64_t newest_ms = TIME_NONE;
	size_t i;

	for (i = 0; i < ingest->standing_count; i++)
		if (ingest->standings[i].partition->max_time_ms > newest_ms)
			newest_ms = ingest->standings[i].partition->max_time_ms;
	return newest_ms;
}

bool
releases_look(struct ingest *ingest, struct error *err)
{
	int64_t now = monotonic_ms(), newest_ms;
	size_t i;

	if (!is_followed(ingest) || now - ingest->looked_ms < LOOK_EVERY_MS)
		return true;
	ingest->looked_ms = now;
	newest_ms = newest_time(ingest);
	for (i = 0; i < ingest->standing_count; i++) {
		struct standing *standing = &ingest->standings[i];

		if (!standing->holds || standing->partition->ended ||
		    standing->partition->max_time_ms >= newest_ms ||
		    now - standing->given_ms < ingest->settings->impact_idle_ms)
			continue;
		if (!release(ingest, standing, err))
			return false;
	}
	return true;
}

/* Followed: who holds the clock is not known to the record; one note too many changes nothing. */
void
releases_hold_all(struct ingest *ingest)
{
	int64_t now = monotonic_ms();
	size_t i;

	if (!is_followed(ingest))
		return;
	for (i = 0; i < ingest->partition_count; i++)
		if (ingest->partitions[i]->recorded && !ingest->partitions[i]->ended)
			hold(ingest, ingest->partitions[i], now);
	for (i = 0; i < ingest->source_count; i++)
		if (ingest->sources[i].newest && ingest->sources[i].newest_released)
			standing_of(ingest, ingest->sources[i].newest)->holds = false;
}

void
releases_free(struct ingest *ingest)
{
	memory_free(ingest->standings);
}
