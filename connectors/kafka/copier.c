/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Item by item, in the ledger's order. Each partition of a source has a struct copied: where its
 * messages are read, where they go, and how far it is.
 */
#include "copier.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/memory.h"
#include "copy_reader.h"
#include "settings.h"
#include "tag_headers.h"
#include "transaction.h"
#include "trouble.h"

#define TOPIC_MS 5000
#define TAKE_MS 50              /* how long one wait for a message may take */
#define TRANSACTION_MS 200      /* how long one is kept open while more comes */
#define POSITIONS_EVERY_MS 1000 /* without transactions */
#define LOOK_AT_TIME_EVERY 64   /* messages */
#define MARK_BYTES 64

struct copy_source {
	const struct publisher_source *source;
	struct kafka_settings settings;
	struct copy_reader *reader;
};

struct copied {
	struct copy_source *source;
	char *partition; /* TOPIC/NUMBER */
	char *topic;     /* of the source */
	int32_t number;
	uint32_t incarnation;
	struct copy_log *log;
	rd_kafka_topic_t *target;
	int64_t done; /* offsets below it were copied before; -1: none */
	int64_t next; /* behind what was handed over; -1: nothing was */
	int64_t told; /* what the group's position was set to */
};

struct copier {
	struct copier_options options;
	struct copy_source *sources;
	size_t source_count;
	struct copied **copied;
	size_t count, capacity;
	struct copied *last; /* of the item before: most are of the same */
	const char *last_name;
	size_t at;       /* item of the batch in hand */
	uint64_t end;    /* of the batch in hand */
	uint64_t handed; /* end of the last batch that was handed over whole */
	struct tag_traces traces;
	rd_kafka_headers_t *ready; /* of the message in turn, which found no room; NULL: none */
	/* With transactions. */
	struct transaction transaction;
	uint64_t safe;
	/* Without: a look at the positions that counts when the producer is past its end. */
	uint64_t look_end;
	bool looked, dirty; /* dirty: something was copied since the last look */
	int64_t *look;
	size_t look_count, look_capacity;
	int64_t told_ms;
	struct copier_counts counts;
};

/* --- opening --------------------------------------------------------------------------- */

static bool
open_source(struct copier *copier, const struct publisher_source *source, struct error *err)
{
	const struct copier_options *options = &copier->options;
	struct copy_source *place = &copier->sources[copier->source_count++];
	struct yaml_problems problems = {0};
	struct buffer group = {0};
	bool good;

	place->source = source;
	good = kafka_settings_read(
		   options->settings_file, source->settings, &place->settings, &problems) ||
	    yaml_problems_check(&problems, err);
	yaml_problems_fini(&problems);
	buffer_add_format(&group, "%s.out", options->settings->copy_group);
	buffer_add_byte(&group, 0);
	good = good &&
	    copy_reader_open(&place->settings.client, options->folder, (const char *)group.data,
		&place->reader, err);
	buffer_fini(&group);
	return good || error_within(err, "source %s", source->name);
}

static bool
open_transactions(struct copier *copier, struct error *err)
{
	char group[300];

	if (!copier->options.transactional)
		return true;
	snprintf(group, sizeof(group), "%s.out", copier->options.settings->copy_group);
	return transaction_init(
	    &copier->transaction, producer_handle(copier->options.producer), group, err);
}

bool
copier_open(const struct copier_options *options, struct copier **out, struct error *err)
{
	const struct publisher_settings *settings = options->settings;
	struct copier *copier = memory_get(sizeof(*copier));
	bool good = true;
	size_t i;

	copier->options = *options;
	copier->sources =
	    memory_get_array(settings->copy_source_count + 1, sizeof(*copier->sources));
	for (i = 0; i < settings->copy_source_count && good; i++)
		good = open_source(copier, settings->copy_sources[i], err);
	if (!good || !open_transactions(copier, err)) {
		copier_close(copier);
		return false;
	}
	*out = copier;
	return true;
}

void
copier_close(struct copier *copier)
{
	size_t i;

	if (!copier)
		return;
	for (i = 0; i < copier->count; i++) {
		memory_free(copier->copied[i]->partition);
		memory_free(copier->copied[i]->topic);
		memory_free(copier->copied[i]);
	}
	for (i = 0; i < copier->source_count; i++) {
		copy_reader_close(copier->sources[i].reader);
		kafka_settings_fini(&copier->sources[i].settings);
	}
	transaction_fini(&copier->transaction);
	tag_traces_fini(&copier->traces);
	if (copier->ready)
		rd_kafka_headers_destroy(copier->ready);
	memory_free(copier->sources);
	memory_free(copier->copied);
	memory_free(copier->look);
	memory_free(copier);
}

/* --- partitions ------------------------------------------------------------------------ */

static struct copy_source *
source_of(struct copier *copier, struct text name)
{
	size_t i;

	for (i = 0; i < copier->source_count; i++)
		if (text_is(name, copier->sources[i].source->name))
			return &copier->sources[i];
	return NULL;
}

/* The partition that is there must be one of the target, too. */
static bool
open_target(struct copier *copier, struct copied *copied, struct error *err)
{
	const struct kafka_settings *read = &copied->source->settings;
	char *name = publisher_copy_topic(copier->options.settings, copied->topic);
	int32_t partitions;
	bool good;

	if (kafka_wants_topic(read, name) || strcmp(name, copied->topic) == 0)
		good = error_set(err, ERROR_USAGE,
		    "copies of %s would go to %s, which source %s reads: they would be copied "
		    "again "
		    "and again; name another topic",
		    copied->topic, name, copied->source->source->name);
	else
		good = producer_topic(copier->options.producer, name, TOPIC_MS, &copied->target,
			   &partitions, err) &&
		    (copied->number < partitions ||
			error_set(err, ERROR_USAGE,
			    "topic %s has %d partitions, and partition %d of %s is to be copied: "
			    "give "
			    "it %d (kafka-topics.sh --alter --topic %s --partitions %d)",
			    name, partitions, copied->number, copied->topic, copied->number + 1,
			    name, copied->number + 1));
	memory_free(name);
	return good;
}

static void
mark_of(const struct copier *copier, const struct copied *copied, char mark[MARK_BYTES])
{
	char hex[33];

	snprintf(mark, MARK_BYTES, "dyetrace %s %u",
	    digest_hex(copier->options.store_id, sizeof(copier->options.store_id), hex),
	    copied->incarnation);
}

/* What the ledger calls a partition, taken apart. */
static bool
name_parts(struct copied *copied, struct text partition)
{
	const char *slash = memrchr(partition.data, '/', partition.size);

	if (!slash)
		return false;
	copied->partition = memory_text_n(partition.data, partition.size);
	copied->topic = memory_text_n(partition.data, (size_t)(slash - partition.data));
	copied->number =
	    (int32_t)strtol(copied->partition + (slash - partition.data) + 1, NULL, 10);
	return true;
}

static bool
open_copied(struct copier *copier, struct copied *copied, struct error *err)
{
	char mark[MARK_BYTES];

	mark_of(copier, copied, mark);
	copied->next = copied->told = -1;
	return open_target(copier, copied, err) &&
	    copy_reader_log(
		copied->source->reader, copied->topic, copied->number, &copied->log, err) &&
	    copy_reader_position(
		copied->source->reader, copied->topic, copied->number, mark, &copied->done, err);
}

/* NULL without an error: it is not copied. */
static struct copied *
add_copied(struct copier *copier, const struct record *fact, struct error *err)
{
	struct copy_source *source = source_of(copier, fact->source);
	struct copied *copied;

	if (!source)
		return NULL;
	copied = memory_get(sizeof(*copied));
	copied->source = source;
	copied->incarnation = fact->incarnation;
	memory_grow(&copier->copied, &copier->capacity, copier->count + 1, sizeof(*copier->copied));
	copier->copied[copier->count++] = copied;
	if (!name_parts(copied, fact->partition)) {
		error_set(err, ERROR_DAMAGED, "%.*s is no partition of a topic",
		    TEXT_PRINT(fact->partition));
		return NULL;
	}
	return open_copied(copier, copied, err) ? copied : NULL;
}

static struct copied *
copied_of(struct copier *copier, const struct record *fact, struct error *err)
{
	size_t i;

	if (copier->last && copier->last_name == fact->partition.data &&
	    copier->last->incarnation == fact->incarnation)
		return copier->last;
	copier->last = NULL;
	for (i = 0; i < copier->count && !copier->last; i++)
		if (text_is(fact->partition, copier->copied[i]->partition) &&
		    text_is(fact->source, copier->copied[i]->source->source->name) &&
		    copier->copied[i]->incarnation == fact->incarnation)
			copier->last = copier->copied[i];
	if (!copier->last)
		copier->last = add_copied(copier, fact, err);
	copier->last_name = fact->partition.data;
	return copier->last;
}

/* --- one message ----------------------------------------------------------------------- */

enum step {
	STEP_DONE,
	STEP_LATER,
	STEP_FAILED
};

/* Whether these are the bytes that were recorded; of filtered ones nobody knows. */
static bool
is_recorded(const struct record *fact, struct text payload)
{
	uint8_t sha256[SHA256_BYTES];

	if (fact->payload_sha256) {
		sha256_of(payload.data, payload.size, sha256);
		return memcmp(sha256, fact->payload_sha256, sizeof(sha256)) == 0;
	}
	return fact->kind == RECORD_FILTERED || digest_identity(payload) == fact->payload;
}

static enum step
give_up(struct copier *copier, const struct publication *item, struct text id, const char *why)
{
	copier->counts.gone++;
	copier->options.host->dead(copier->options.host->context, item->record, "copy", id, why);
	return STEP_DONE;
}

static bool
begin_transaction(struct copier *copier, struct error *err)
{
	return !copier->options.transactional || copier->transaction.open ||
	    transaction_begin(&copier->transaction, err);
}

static enum step
send_copy(struct copier *copier, const struct copied *copied, const struct publication *item,
    const struct publication_batch *batch, rd_kafka_message_t *message, struct text id,
    struct error *err)
{
	rd_kafka_timestamp_type_t type;
	int64_t time_ms = rd_kafka_message_timestamp(message, &type);
	struct produced copy = {.topic = copied->target,
	    .partition = copied->number,
	    .key = {message->key, message->key_len},
	    .value = {message->payload, message->len},
	    .time_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : time_ms,
	    .kind = PRODUCED_COPY,
	    .id = id,
	    .record = item->record};
	enum sending sending;

	if (!begin_transaction(copier, err))
		return STEP_FAILED;
	copy.headers =
	    copier->ready ? copier->ready : tag_headers(message, item, batch, id, &copier->traces);
	copier->ready = NULL;
	sending = producer_send(copier->options.producer, &copy, err);
	if (sending == SENT)
		copier->counts.copied++;
	else if (sending == SEND_LATER)
		copier->ready = copy.headers;
	else
		rd_kafka_headers_destroy(copy.headers);
	return sending == SENT      ? STEP_DONE
	    : sending == SEND_LATER ? STEP_LATER
	    : sending == SEND_DEAD  ? STEP_DONE
				    : STEP_FAILED;
}

static enum step
copy_message(struct copier *copier, const struct copied *copied, const struct publication *item,
    const struct publication_batch *batch, struct error *err)
{
	char buffer[PUBLICATION_ID_BYTES];
	struct text id = publication_id(item->fact, buffer);
	rd_kafka_message_t *message;

	switch (copy_log_take(copied->log, item->fact->offset, TAKE_MS, &message, err)) {
	case COPY_WAIT:
		return STEP_LATER;
	case COPY_GONE:
		return give_up(copier, item, id, "its topic has it no more");
	case COPY_FAILED:
		return STEP_FAILED;
	case COPY_GOT:
		break;
	}
	if (!is_recorded(item->fact, (struct text){message->payload, message->len}))
		return give_up(copier, item, id, "its topic has other bytes there now");
	return send_copy(copier, copied, item, batch, message, id, err);
}

static enum step
copy_item(struct copier *copier, const struct publication *item,
    const struct publication_batch *batch, struct error *err)
{
	const struct record *fact = item->fact;
	struct error why = {0};
	struct copied *copied;
	enum step step = STEP_DONE;

	/* A position that came back from quarantine was copied when it was put there. */
	if (fact->replay)
		return STEP_DONE;
	copied = copied_of(copier, fact, &why);
	if (!copied && why.kind != ERROR_NONE) {
		*err = why;
		return STEP_FAILED;
	}
	if (!copied || fact->offset + fact->count <= copied->done)
		return STEP_DONE;
	if (fact->kind != RECORD_GAP)
		step = copy_message(copier, copied, item, batch, err);
	if (step != STEP_DONE)
		return step;
	copied->next = fact->offset + fact->count;
	copier->dirty = true;
	return step;
}

/* --- batches --------------------------------------------------------------------------- */

void
copier_begin(struct copier *copier, const struct publication_batch *batch)
{
	copier->at = 0;
	copier->end = batch->end;
	/* Addresses of the batch before mean nothing now. */
	copier->last = NULL;
	tag_traces_clear(&copier->traces);
}

bool
copier_copy(struct copier *copier, const struct publication_batch *batch, int64_t until_ms,
    bool *all, struct error *err)
{
	enum step step = STEP_DONE;

	while (copier->at < batch->count && step == STEP_DONE) {
		step = copy_item(copier, &batch->items[copier->at], batch, err);
		if (step == STEP_DONE)
			copier->at++;
		if (copier->at % LOOK_AT_TIME_EVERY == 0 && monotonic_ms() >= until_ms)
			break;
	}
	*all = copier->at == batch->count;
	if (*all)
		copier->handed = batch->end;
	return step != STEP_FAILED;
}

/* --- positions ------------------------------------------------------------------------- */

/* Where the partitions are (or were, at a look) that have moved. gives */
static rd_kafka_topic_partition_list_t *
moved(const struct copier *copier, const struct copy_source *source, const int64_t *look)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
	size_t i, count = look ? copier->look_count : copier->count;

	for (i = 0; i < count; i++) {
		const struct copied *copied = copier->copied[i];
		int64_t offset = look ? look[i] : copied->next;
		rd_kafka_topic_partition_t *place;
		char mark[MARK_BYTES];

		if (offset <= copied->told || (source && copied->source != source))
			continue;
		place = rd_kafka_topic_partition_list_add(list, copied->topic, copied->number);
		mark_of(copier, copied, mark);
		place->offset = offset;
		place->metadata_size = strlen(mark);
		/* librdkafka ends it with free(). */
		place->metadata = strdup(mark);
	}
	return list;
}

static void
note_told(struct copier *copier, const int64_t *look)
{
	size_t i, count = look ? copier->look_count : copier->count;

	for (i = 0; i < count; i++) {
		int64_t offset = look ? look[i] : copier->copied[i]->next;

		if (offset > copier->copied[i]->told)
			copier->copied[i]->told = offset;
	}
}

static bool
commit_transaction(struct copier *copier, struct error *err)
{
	rd_kafka_topic_partition_list_t *list = moved(copier, NULL, NULL);
	bool done = transaction_commit(&copier->transaction, list, err);

	rd_kafka_topic_partition_list_destroy(list);
	if (done)
		note_told(copier, NULL);
	return done;
}

static bool
settle_transaction(struct copier *copier, bool idle, struct error *err)
{
	struct transaction *transaction = &copier->transaction;

	if (transaction->open &&
	    (idle || monotonic_ms() - transaction->began_ms > TRANSACTION_MS) &&
	    !commit_transaction(copier, err))
		return false;
	if (!transaction->open)
		copier->safe = copier->handed;
	return true;
}

static void
take_look(struct copier *copier)
{
	size_t i;

	memory_grow(
	    &copier->look, &copier->look_capacity, copier->count + 1, sizeof(*copier->look));
	for (i = 0; i < copier->count; i++)
		copier->look[i] = copier->copied[i]->next;
	copier->look_count = copier->count;
	copier->look_end = copier->handed;
	copier->looked = true;
	copier->dirty = false;
}

/* A hint for those who watch the group, and what need not be copied again; a failure is no harm. */
static void
tell_look(struct copier *copier, bool wait)
{
	size_t i;

	fault_point("copied");
	for (i = 0; i < copier->source_count; i++) {
		rd_kafka_topic_partition_list_t *list =
		    moved(copier, &copier->sources[i], copier->look);

		if (list->cnt)
			rd_kafka_commit(copy_reader_handle(copier->sources[i].reader), list, !wait);
		rd_kafka_topic_partition_list_destroy(list);
	}
	note_told(copier, copier->look);
	copier->looked = false;
	copier->told_ms = monotonic_ms();
}

bool
copier_settle(struct copier *copier, bool idle, struct error *err)
{
	if (copier->options.transactional)
		return settle_transaction(copier, idle, err);
	/* A look is good when no batch is half handed over. */
	if (!copier->looked && copier->dirty && copier->handed == copier->end &&
	    (idle || monotonic_ms() - copier->told_ms > POSITIONS_EVERY_MS))
		take_look(copier);
	if (copier->looked && producer_safe(copier->options.producer) >= copier->look_end)
		tell_look(copier, idle);
	return true;
}

uint64_t
copier_safe(const struct copier *copier)
{
	return copier->safe;
}

bool
copier_settled(const struct copier *copier)
{
	return !copier->transaction.open &&
	    (!copier->options.transactional || copier->safe == copier->handed);
}

struct copier_counts
copier_counts(const struct copier *copier)
{
	return copier->counts;
}
