/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route of one batch, from a source to the scribe. Organs never call each
 * other: each reads and fills its own column of the batch.
 */
#include "ingest/ingest.h"

#include <time.h>

#include "base/fault.h"
#include "route.h"

/* What a batch added to the counts came from its source. */
static void
attribute(struct ingest_source *source, const struct ingest_counts *before,
    const struct ingest_counts *now)
{
	source->counts.recorded += now->recorded - before->recorded;
	source->counts.quarantined += now->quarantined - before->quarantined;
	source->counts.filtered += now->filtered - before->filtered;
	source->counts.gaps += now->gaps - before->gaps;
	source->counts.payload_bytes += now->payload_bytes - before->payload_bytes;
}

/* The whole route. A batch comes from one source. */
static bool
route(struct ingest *ingest, struct ingest_source *source, int64_t wait_ms,
    enum source_state *state, struct error *err)
{
	struct ingest_counts before = ingest->counts;
	struct batch *batch = &ingest->batch;
	bool recorded;

	batch_reset(batch);
	/* What was added before a source failed is good: it travels on. */
	if (!source->settings->type->read(source->source, batch, wait_ms, state, &source->error))
		*state = SOURCE_END;
	if (batch->count)
		fault_point("source-read");
	decoder_batch(source->decoder, batch);
	if (!origin_batch(ingest->resolver, batch, err))
		return false;
	lineage_batch(ingest->tracer, batch);
	releases_mark(ingest, source, batch);
	impact_batch(ingest->impact, batch, ingest->next_record);
	recorded = record_batch(ingest, batch, err);
	attribute(source, &before, &ingest->counts);
	return recorded;
}

/* Tells sources how far their partitions are committed; a hint for those that can use it. */
static void
acknowledge(struct ingest *ingest, struct ingest_source *source)
{
	size_t i;

	if (scribe_committed(ingest->scribe) < ingest->handed ||
	    block_builder_count(ingest->builder))
		return;
	for (i = 0; i < ingest->partition_count; i++)
		if (strcmp(ingest->partitions[i]->source, source->settings->name) == 0)
			source->settings->type->acknowledge(source->source, ingest->partitions[i]);
}

/* Everything is committed. */
static void
acknowledge_all(struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++)
		if (ingest->sources[i].source)
			acknowledge(ingest, &ingest->sources[i]);
}

/* The next source that has not ended, NULL if all have. */
static struct ingest_source *
next_source(struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++) {
		struct ingest_source *source =
		    &ingest->sources[(ingest->turn + i) % ingest->source_count];

		if (!source->ended) {
			ingest->turn = (ingest->turn + i) % ingest->source_count;
			return source;
		}
	}
	return NULL;
}

/*
 * One source is read to its end before the next begins when there is an end,
 * so that the ledger's order does not depend on the batch size; following
 * sources take turns.
 */
static void
finish_turn(struct ingest *ingest, struct ingest_source *source, enum source_state state)
{
	source->ended = state == SOURCE_END;
	if (!ingest->options.until_end)
		ingest->turn = (ingest->turn + 1) % ingest->source_count;
}

static bool
any_open(const struct ingest *ingest)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++)
		if (!ingest->sources[i].ended)
			return true;
	return false;
}

bool
ingest_step(struct ingest *ingest, int64_t wait_ms, enum ingest_state *state, struct error *err)
{
	struct ingest_source *source = next_source(ingest);
	enum source_state source_state = SOURCE_END;

	*state = INGEST_END;
	if (!source)
		return record_hand_over_all(ingest, false, err) &&
		    scribe_check(ingest->scribe, err);
	if (!source_decoder(ingest, source, err))
		return false;
	if (!route(ingest, source, wait_ms, &source_state, err))
		return false;
	finish_turn(ingest, source, source_state);
	if (!releases_look(ingest, err))
		return false;
	if (source_state != SOURCE_MORE && !record_idle(ingest, err))
		return false;
	acknowledge(ingest, source);
	state_turn(ingest);
	if (any_open(ingest))
		*state = source_state == SOURCE_IDLE ? INGEST_IDLE : INGEST_MORE;
	return scribe_check(ingest->scribe, err);
}

bool
ingest_flush(struct ingest *ingest, struct error *err)
{
	if (!record_hand_over_all(ingest, false, err) || !scribe_flush(ingest->scribe, err))
		return false;
	acknowledge_all(ingest);
	return true;
}

bool
ingest_checkpoint(struct ingest *ingest, struct error *err)
{
	if (!record_hand_over_all(ingest, false, err) || !scribe_checkpoint(ingest->scribe, err))
		return false;
	acknowledge_all(ingest);
	if (ingest->snapshot_record != ingest->next_record)
		state_begin_snapshot(ingest);
	return true;
}

bool
ingest_settle(struct ingest *ingest, struct error *err)
{
	return ingest_flush(ingest, err) && state_settle(ingest, err);
}

const struct ingest_counts *
ingest_counts(const struct ingest *ingest)
{
	return &ingest->counts;
}

void
ingest_dropped(const struct ingest *ingest, struct ingest_dropped *dropped)
{
	struct identity_counts counts;
	struct impact_counts weighed;
	size_t i;

	identity_counts(ingest->identity, &counts);
	impact_counts(ingest->impact, &weighed);
	*dropped = (struct ingest_dropped){.actors = (int64_t)counts.beyond_max,
	    .names = (int64_t)counts.too_long,
	    .keys = (int64_t)(weighed.beyond - ingest->weighed_before.beyond)};
	for (i = 0; i < ingest->source_count; i++) {
		const struct decoder *decoder = ingest->sources[i].decoder;

		dropped->entities += decoder ? (int64_t)decoder_forgotten(decoder) : 0;
		dropped->headers += decoder ? (int64_t)decoder_headers_dropped(decoder) : 0;
	}
}

int64_t
ingest_backlog(const struct ingest *ingest)
{
	int64_t all = 0, one;
	size_t i;

	for (i = 0; i < ingest->source_count; i++) {
		const struct ingest_source *source = &ingest->sources[i];

		if (!source->source || source->ended)
			continue;
		one = source->settings->type->backlog(source->source);
		if (one < 0)
			return -1;
		all += one;
	}
	return all;
}

const char *
ingest_source_error(const struct ingest *ingest, struct error *err)
{
	size_t i;

	for (i = 0; i < ingest->source_count; i++) {
		if (ingest->sources[i].error.kind == ERROR_NONE)
			continue;
		*err = ingest->sources[i].error;
		return ingest->sources[i].settings->name;
	}
	return NULL;
}

int64_t
ingest_cut_bytes(const struct ingest *ingest)
{
	return ingest->cut_bytes;
}
