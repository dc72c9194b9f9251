/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher: opens what the settings ask for, makes messages of each batch
 * once, and hands them to the producer as there is room.
 */
#include "kafka_publisher.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/memory.h"
#include "copier.h"
#include "influence_topic.h"
#include "movement_topic.h"
#include "outgoing.h"
#include "provenance.h"
#include "publisher_settings.h"
#include "registry/registry.h"
#include "secrets.h"

#define TOPIC_MS 5000 /* how long a broker may take to speak of a topic */

struct kafka_publisher {
	struct publisher_settings settings;
	const struct publisher_host *host;
	struct producer *producer;
	struct registry *registry; /* NULL: none */
	struct outgoing_topic provenance_topic;
	struct provenance *provenance;
	struct outgoing_topic influence_topic;
	struct influence_topic *influence;
	struct outgoing_topic movement_topic;
	uint64_t end;                   /* of the batch taken last */
	struct producer *copy_producer; /* with transactions; else NULL: the other one */
	struct copier *copier;
	/* Of the batch in hand. */
	bool in_hand;
	uint64_t first;
	struct outgoing outgoing;
};

static struct kafka_publisher *
mine(struct publisher *publisher)
{
	return (struct kafka_publisher *)publisher;
}

static void
publisher_check(const char *settings_file, const struct yaml_node *settings,
    const struct publisher_surroundings *surroundings, struct yaml_problems *problems)
{
	struct publisher_settings read;

	publisher_settings_read(settings_file, settings, surroundings, &read, problems);
	publisher_settings_fini(&read);
}

/* --- opening --------------------------------------------------------------------------- */

static bool
resolve_secret(void *context, struct text written, char **value, struct error *err)
{
	return secret_resolve(context, written, value, err);
}

static bool
open_registry(struct kafka_publisher *publisher, const char *folder, struct error *err)
{
	struct registry_secrets secrets = {(void *)(uintptr_t)folder, resolve_secret};
	struct registry_settings settings;
	bool good;

	if (!publisher->settings.registry_url)
		return true;
	good = registry_settings_read(publisher->settings.registry_url,
		   publisher->settings.registry, folder, &secrets, &settings, err) &&
	    registry_open(&settings, NULL, &publisher->registry, err);
	registry_settings_fini(&settings);
	return good;
}

static bool
open_topic(struct kafka_publisher *publisher, const char *name, const char *schema,
    struct outgoing_topic *topic, struct error *err)
{
	struct buffer subject = {0};
	bool good;

	if (!producer_topic(
		publisher->producer, name, TOPIC_MS, &topic->topic, &topic->partitions, err))
		return false;
	if (!publisher->registry)
		return true;
	buffer_add_format(&subject, "%s-value", name);
	buffer_add_byte(&subject, 0);
	good = registry_register(
	    publisher->registry, (const char *)subject.data, text_of(schema), &topic->schema, err);
	topic->avro = good;
	buffer_fini(&subject);
	return good || error_within(err, "topic %s: its schema", name);
}

static bool
open_parts(struct kafka_publisher *publisher, struct error *err)
{
	const struct publisher_settings *settings = &publisher->settings;

	if (settings->provenance) {
		if (!open_topic(publisher, settings->provenance, kafka_provenance_schema,
			&publisher->provenance_topic, err))
			return false;
		publisher->provenance = provenance_open(&publisher->provenance_topic,
		    (uint32_t)settings->events_max, producer_message_max(publisher->producer));
	}
	if (settings->influence) {
		if (!open_topic(publisher, settings->influence, kafka_influence_schema,
			&publisher->influence_topic, err))
			return false;
		publisher->influence = influence_topic_open(
		    &publisher->influence_topic, settings->features, settings->feature_count);
	}
	if (settings->movement &&
	    !open_topic(publisher, settings->movement, kafka_movement_schema,
		&publisher->movement_topic, err))
		return false;
	return true;
}

/* Transactions have a producer of their own, known by store and publisher. */
static bool
open_copy_producer(
    struct kafka_publisher *publisher, const struct publisher_options *options, struct error *err)
{
	struct producer_options producer = {.client = &publisher->settings.client,
	    .folder = options->folder,
	    .cautious = options->cautious,
	    .host = options->host};
	char id[160], hex[33];

	snprintf(id, sizeof(id), "dyetrace-%s-%s",
	    digest_hex(options->store_id, sizeof(options->store_id), hex), options->name);
	producer.transactional_id = id;
	return producer_open(&producer, &publisher->copy_producer, err);
}

static bool
open_copier(
    struct kafka_publisher *publisher, const struct publisher_options *options, struct error *err)
{
	struct copier_options copier = {.settings = &publisher->settings,
	    .settings_file = options->settings_file,
	    .folder = options->folder,
	    .host = options->host,
	    .transactional = publisher->settings.transactional};

	if (!publisher->settings.copy)
		return true;
	memcpy(copier.store_id, options->store_id, sizeof(copier.store_id));
	if (copier.transactional && !open_copy_producer(publisher, options, err))
		return false;
	copier.producer = publisher->copy_producer ? publisher->copy_producer : publisher->producer;
	return copier_open(&copier, &publisher->copier, err);
}

static bool
read_settings(
    struct kafka_publisher *publisher, const struct publisher_options *options, struct error *err)
{
	struct yaml_problems problems = {0};
	bool good = publisher_settings_read(options->settings_file, options->settings,
			options->surroundings, &publisher->settings, &problems) ||
	    yaml_problems_check(&problems, err);

	yaml_problems_fini(&problems);
	return good;
}

static void
publisher_close(struct publisher *opened)
{
	struct kafka_publisher *publisher = mine(opened);

	if (!publisher)
		return;
	provenance_close(publisher->provenance);
	influence_topic_close(publisher->influence);
	copier_close(publisher->copier);
	producer_close(publisher->copy_producer);
	producer_close(publisher->producer);
	registry_close(publisher->registry);
	outgoing_fini(&publisher->outgoing);
	publisher_settings_fini(&publisher->settings);
	memory_free(publisher);
}

static bool
publisher_open(const struct publisher_options *options, struct publisher **out, struct error *err)
{
	struct kafka_publisher *publisher = memory_get(sizeof(*publisher));
	struct producer_options producer = {.client = &publisher->settings.client,
	    .folder = options->folder,
	    .cautious = options->cautious,
	    .host = options->host};

	publisher->host = options->host;
	if (!read_settings(publisher, options, err) ||
	    !producer_open(&producer, &publisher->producer, err) ||
	    !open_registry(publisher, options->folder, err) || !open_parts(publisher, err) ||
	    !open_copier(publisher, options, err)) {
		publisher_close((struct publisher *)publisher);
		return false;
	}
	*out = (struct publisher *)publisher;
	return true;
}

static unsigned
publisher_wants(const struct publisher *opened)
{
	const struct kafka_publisher *publisher = (const struct kafka_publisher *)opened;

	return (publisher->influence ? PUBLISHER_INFLUENCES : 0u) |
	    (publisher->movement_topic.topic ? PUBLISHER_MOVEMENT : 0u);
}

/* --- at work --------------------------------------------------------------------------- */

/* A batch that is given for the first time is made into messages. */
static bool
take_in_hand(struct kafka_publisher *publisher, const struct publication_batch *batch)
{
	if (publisher->in_hand && publisher->first == batch->first)
		return true;
	if (!producer_batch(publisher->producer, batch->first, batch->end))
		return false;
	/* As many batches as this one, and they are out before. */
	if (publisher->copy_producer &&
	    !producer_batch(publisher->copy_producer, batch->first, batch->end))
		return false;
	publisher->in_hand = true;
	publisher->first = batch->first;
	outgoing_clear(&publisher->outgoing);
	if (publisher->provenance)
		provenance_add(publisher->provenance, batch, &publisher->outgoing);
	if (publisher->influence)
		influence_topic_add(publisher->influence, batch, &publisher->outgoing);
	if (publisher->copier)
		copier_begin(publisher->copier, batch);
	return true;
}

static bool
hand_on(struct kafka_publisher *publisher, const struct publication_batch *batch, int64_t until_ms,
    bool *all, struct error *err)
{
	*all = false;
	if (!take_in_hand(publisher, batch))
		return true;
	if (!outgoing_send(&publisher->outgoing, publisher->producer, all, err))
		return false;
	return !*all || !publisher->copier ||
	    copier_copy(publisher->copier, batch, until_ms, all, err);
}

static bool
poll_both(struct kafka_publisher *publisher, int64_t wait_ms, struct error *err)
{
	return producer_poll(publisher->producer, wait_ms, err) &&
	    (!publisher->copy_producer || producer_poll(publisher->copy_producer, 0, err));
}

static void
waits(const struct kafka_publisher *publisher, struct error *err)
{
	producer_waits(publisher->producer, err);
	if (publisher->copy_producer)
		producer_waits(publisher->copy_producer, err);
}

static bool
publisher_publish(struct publisher *opened, const struct publication_batch *batch,
    int64_t timeout_ms, enum publishing_state *state, struct error *err)
{
	struct kafka_publisher *publisher = mine(opened);
	int64_t until_ms = monotonic_ms() + timeout_ms;
	bool all;

	*state = PUBLISHING_LATER;
	do {
		if (!hand_on(publisher, batch, until_ms, &all, err) ||
		    !poll_both(publisher, all ? 0 : 5, err))
			return false;
	} while (!all && monotonic_ms() < until_ms);
	if (!all) {
		waits(publisher, err);
		return true;
	}
	producer_batch_end(publisher->producer);
	if (publisher->copy_producer)
		producer_batch_end(publisher->copy_producer);
	publisher->in_hand = false;
	publisher->end = batch->end;
	*state = PUBLISHING_TAKEN;
	return true;
}

/* An hour is a batch of its own that ends where the one before did. */
static bool
publisher_publish_movement(struct publisher *opened, const struct publication_movement *movement,
    int64_t timeout_ms, enum publishing_state *state, struct error *err)
{
	struct kafka_publisher *publisher = mine(opened);
	bool all = false;

	*state = PUBLISHING_LATER;
	if (!producer_batch(publisher->producer, publisher->end, publisher->end)) {
		producer_waits(publisher->producer, err);
		return producer_poll(publisher->producer, timeout_ms, err);
	}
	outgoing_clear(&publisher->outgoing);
	movement_topic_add(
	    &publisher->movement_topic, movement, publisher->end, &publisher->outgoing);
	if (!outgoing_send(&publisher->outgoing, publisher->producer, &all, err))
		return false;
	/* Without room it is given again; an empty batch is no harm. */
	producer_batch_end(publisher->producer);
	if (all)
		*state = PUBLISHING_TAKEN;
	return producer_poll(publisher->producer, all ? 0 : timeout_ms, err);
}

static void
set_progress(const struct kafka_publisher *publisher, struct publisher_progress *progress)
{
	progress->safe = producer_safe(publisher->producer);
	progress->settled = producer_settled(publisher->producer);
	if (!publisher->copy_producer)
		return;
	if (copier_safe(publisher->copier) < progress->safe)
		progress->safe = copier_safe(publisher->copier);
	progress->settled = progress->settled && copier_settled(publisher->copier);
}

static bool
publisher_settle(struct publisher *opened, int64_t timeout_ms, struct publisher_progress *progress,
    struct error *err)
{
	struct kafka_publisher *publisher = mine(opened);

	if (!poll_both(publisher, timeout_ms, err) ||
	    (publisher->copier && !copier_settle(publisher->copier, timeout_ms > 0, err)))
		return false;
	set_progress(publisher, progress);
	waits(publisher, err);
	return true;
}

static void
publisher_measure(struct publisher *opened, const struct publisher_meter *meter)
{
	struct producer_counts counts = producer_counts(mine(opened)->producer);
	struct copier_counts copied;

	meter->figure(meter->context, "messages_total", (double)counts.messages);
	meter->figure(meter->context, "delivered_messages_total", (double)counts.delivered);
	meter->figure(meter->context, "message_bytes_total", (double)counts.bytes);
	if (!mine(opened)->copier)
		return;
	copied = copier_counts(mine(opened)->copier);
	meter->figure(meter->context, "copied_messages_total", (double)copied.copied);
	meter->figure(meter->context, "gone_messages_total", (double)copied.gone);
}

static const struct figure_help figures[] = {
    {"messages_total", "Messages handed to the producer."},
    {"delivered_messages_total", "Messages that all replicas in sync have."},
    {"message_bytes_total", "Bytes of values handed to the producer."},
    {"copied_messages_total", "Copies handed to the producer."},
    {"gone_messages_total",
	"Recorded messages whose topic had them no more when they were to be copied."},
    {NULL, NULL},
};

const struct publisher_type kafka_publisher = {
    .name = "kafka",
    .summary = "topics of Kafka: provenance, tagged copies, influence and movement",
    .check = publisher_check,
    .open = publisher_open,
    .wants = publisher_wants,
    .publish = publisher_publish,
    .publish_movement = publisher_publish_movement,
    .settle = publisher_settle,
    .measure = publisher_measure,
    .figures = figures,
    .close = publisher_close,
};
