/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a batch's columns to facts in blocks. Every position becomes exactly
 * one record, and its partition's counts say so; a block is handed over when
 * it is full, so the marks in it speak of exactly the records in it.
 */
#include "route.h"

/* Of what a note is about. */
#define NOTE_NAME_BYTES_MAX 64

/* What the records name must be durable before the records are. */
static bool
commit_side_stores(struct ingest *ingest, struct error *err)
{
	if (!identity_commit(ingest->identity, err))
		return false;
	if (!quarantine_commit(ingest->quarantine, err))
		return error_within(err, "quarantine");
	return true;
}

/* Takes movement. */
static bool
hand_over(struct ingest *ingest, struct movement_log *movement, struct error *err)
{
	struct scribe_work work = {.movement = movement}, spent;

	if (!commit_side_stores(ingest, err)) {
		movement_log_close(movement);
		return false;
	}
	work.block = block_builder_finish(ingest->builder);
	work.conclusions = conclusion_builder_finish(ingest->concluder);
	spent = scribe_spent(ingest->scribe);
	block_builder_reuse(ingest->builder, spent.block);
	conclusion_builder_reuse(ingest->concluder, spent.conclusions);
	ingest->oldest_ms = 0;
	ingest->blocks_moved++;
	ingest->handed = scribe_take(ingest->scribe, &work);
	return ingest->handed || scribe_check(ingest->scribe, err);
}

bool
record_hand_over(struct ingest *ingest, struct error *err)
{
	return !block_builder_count(ingest->builder) || hand_over(ingest, NULL, err);
}

bool
record_hand_over_all(struct ingest *ingest, bool sparing, struct error *err)
{
	struct movement_log *log;
	struct movement_sink sink;

	if (!ingest->moved)
		return record_hand_over(ingest, err);
	log = memory_get(sizeof(*log));
	sink = movement_log_sink(log, sparing);
	impact_rows(ingest->impact, &sink);
	ingest->moved = sparing;
	ingest->blocks_moved = 0;
	ingest->moved_ms = monotonic_ms();
	if (log->count)
		return hand_over(ingest, log, err);
	movement_log_close(log);
	return record_hand_over(ingest, err);
}

/* Now and then, so that events that come one by one are not one commit each. */
#define IDLE_ROWS_EVERY_MS 1000

bool
record_idle(struct ingest *ingest, struct error *err)
{
	if (monotonic_ms() - ingest->moved_ms < IDLE_ROWS_EVERY_MS)
		return record_hand_over(ingest, err);
	return record_hand_over_all(ingest, false, err);
}

static void
conclude(struct ingest *ingest, const struct influences *influences)
{
	struct conclusion conclusion = {ingest->next_record, ingest->epoch, *influences};

	if (!influences->count)
		return;
	conclusion_builder_add(ingest->concluder, &conclusion);
	ingest->conclusion_count++;
}

/* influences: NULL, or those of an event, which stand beside its fact. */
static bool
add(struct ingest *ingest, const struct record *record, const struct partition *partition,
    const struct influences *influences, struct error *err)
{
	if (!ingest->oldest_ms)
		ingest->oldest_ms = monotonic_ms();
	block_builder_add(ingest->builder, record, partition);
	if (influences)
		conclude(ingest, influences);
	ingest->next_record++;
	if (block_builder_full(ingest->builder) || conclusion_builder_full(ingest->concluder))
		return record_hand_over(ingest, err);
	return true;
}

bool
record_note(struct ingest *ingest, const char *what, struct text body, struct error *err)
{
	struct record record = {.kind = RECORD_NOTE,
	    .source_time_ms = TIME_NONE,
	    .reason = text_of(what),
	    .detail = body};

	if (body.size > BLOCK_RECORD_BYTES_MAX - NOTE_NAME_BYTES_MAX)
		return error_set(err, ERROR_LIMIT,
		    "the %s as it is recorded has %zu bytes: a record holds %zu MiB", what,
		    body.size, BLOCK_RECORD_BYTES_MAX >> 20);
	/* An epoch's texts are kept readable by its own lineage: blocks do not straddle notes. */
	return record_hand_over(ingest, err) && add(ingest, &record, NULL, NULL, err) &&
	    record_hand_over(ingest, err);
}

bool
record_release(struct ingest *ingest, const struct partition *partition, struct error *err)
{
	struct buffer body = {0};
	struct record record = {
	    .kind = RECORD_NOTE, .source_time_ms = TIME_NONE, .reason = TEXT(NOTE_RELEASED)};
	bool good;

	release_body(partition, &body);
	record.detail = buffer_text(&body);
	good = add(ingest, &record, NULL, NULL, err);
	buffer_fini(&body);
	return good;
}

/* Accounts for a position read for the first time. */
static void
advance(struct partition *partition, const struct message *message, enum disposition disposition,
    uint64_t payload)
{
	if (!partition->has_first && message->kind != MESSAGE_GAP &&
	    message->kind != MESSAGE_BLANK) {
		partition->has_first = true;
		partition->first_payload = payload;
	}
	if (message->kind != MESSAGE_GAP)
		content_add(&partition->content, message->payload);
	partition->next_offset = message->offset + message->count;
	partition->next_byte = message->next_byte;
	switch (disposition) {
	case DISPOSITION_RECORDED:
		partition->recorded++;
		break;
	case DISPOSITION_QUARANTINED:
		partition->quarantined++;
		break;
	case DISPOSITION_FILTERED:
		partition->filtered++;
		break;
	case DISPOSITION_GAP:
		partition->gaps += message->count;
		break;
	}
}

static void
count(struct ingest_counts *counts, const struct message *message, enum disposition disposition)
{
	counts->payload_bytes += (int64_t)message->payload.size;
	switch (disposition) {
	case DISPOSITION_RECORDED:
		counts->recorded++;
		break;
	case DISPOSITION_QUARANTINED:
		counts->quarantined++;
		break;
	case DISPOSITION_FILTERED:
		counts->filtered++;
		break;
	case DISPOSITION_GAP:
		counts->gaps += message->count;
		break;
	}
}

static const enum record_kind kinds[] = {
    [DISPOSITION_RECORDED] = RECORD_EVENT,
    [DISPOSITION_QUARANTINED] = RECORD_QUARANTINED,
    [DISPOSITION_FILTERED] = RECORD_FILTERED,
    [DISPOSITION_GAP] = RECORD_GAP,
};

/* The identity is the partition's first payload too, whatever the record keeps. */
static void
fill_payload(struct ingest *ingest, const struct message *message, struct record *record)
{
	if (message->kind == MESSAGE_GAP)
		return;
	record->payload = digest_identity(message->payload);
	if (ingest->settings->payload_digest != SETTINGS_PAYLOAD_SHA256)
		return;
	sha256_of(message->payload.data, message->payload.size, ingest->payload_sha256);
	record->payload_sha256 = ingest->payload_sha256;
}

/* The record's digest is ingest's until the next is filled. */
static void
fill(struct ingest *ingest, const struct batch *batch, size_t i, struct record *record)
{
	const struct message *message = &batch->messages[i];
	const struct outcome *outcome = &batch->outcomes[i];
	const struct partition *partition = message->partition;

	*record = (struct record){
	    .kind = kinds[outcome->disposition],
	    .source = text_of(partition->source),
	    .partition = text_of(partition->name),
	    .incarnation = partition->incarnation,
	    .offset = message->offset,
	    .count = message->count,
	    .source_time_ms = message->source_time_ms,
	    .replay = message->replay,
	};
	if (outcome->disposition == DISPOSITION_RECORDED) {
		record->event = batch->events[i];
		record->origin = batch->origins[i];
	} else {
		record->reason = text_of(outcome->reason);
		record->detail = outcome->detail;
	}
	fill_payload(ingest, message, record);
}

/* A position that comes back: it stays quarantined unless it is an event now. */
static bool
record_replayed(struct ingest *ingest, const struct batch *batch, size_t i, struct error *err)
{
	struct partition *partition = batch->messages[i].partition;
	struct record record;

	if (batch->outcomes[i].disposition == DISPOSITION_QUARANTINED)
		return true;
	if (batch->outcomes[i].disposition == DISPOSITION_FILTERED)
		return true;
	fill(ingest, batch, i, &record);
	partition->quarantined--;
	partition->recorded++;
	if (record.event.time_ms > partition->max_time_ms)
		partition->max_time_ms = record.event.time_ms;
	ingest->counts.recorded++;
	return add(ingest, &record, partition, &batch->influences[i], err);
}

static bool
record_message(struct ingest *ingest, const struct batch *batch, size_t i, struct error *err)
{
	const struct message *message = &batch->messages[i];
	enum disposition disposition = batch->outcomes[i].disposition;
	struct partition *partition = message->partition;
	struct record record;

	if (disposition == DISPOSITION_RECORDED && message->releases &&
	    !record_release(ingest, message->releases, err))
		return false;
	if (message->replay)
		return record_replayed(ingest, batch, i, err);
	partitions_number(ingest, partition);
	fill(ingest, batch, i, &record);
	advance(partition, message, disposition, record.payload);
	count(&ingest->counts, message, disposition);
	if (record.kind == RECORD_EVENT && record.event.time_ms > partition->max_time_ms)
		partition->max_time_ms = record.event.time_ms;
	if (disposition == DISPOSITION_QUARANTINED &&
	    !quarantine_put(ingest->quarantine, message, err))
		return error_within(err, "quarantine");
	return add(ingest, &record, partition,
	    record.kind == RECORD_EVENT ? &batch->influences[i] : NULL, err);
}

/* Of rows of movement; as long as batches are not longer. */
#define ROWS_EVERY_BLOCKS 64

bool
record_batch(struct ingest *ingest, const struct batch *batch, struct error *err)
{
	size_t i;

	for (i = 0; i < batch->count; i++)
		if (!record_message(ingest, batch, i, err))
			return false;
	ingest->moved = ingest->moved || batch->count;
	if (ingest->blocks_moved >= ROWS_EVERY_BLOCKS)
		return record_hand_over_all(ingest, true, err);
	if (ingest->oldest_ms &&
	    monotonic_ms() - ingest->oldest_ms >= ingest->settings->commit_every_ms)
		return record_hand_over(ingest, err);
	return true;
}
