/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debezium's change events, JSON without its schema, against jansson. What is timed on
 * both sides: from the bytes of a record to its time, its actor and each of ten columns
 * that differs between the rows before and after, summed up; the sums must agree. Ours
 * makes whole events of it (dataset, entity and op, too).
 *
 *   bench_envelopes
 */
#include <jansson.h>

#include "bench.h"
#include "fuzz_decoder.h"

#define EVENTS 20000
#define EVENT_BYTES 1200

static const char *const columns[] = {"state", "priority", "impact", "urgency", "category",
    "assigned_to", "amount", "reopened", "due", "resolved_by"};

static const char mapping[] =
    "envelope: debezium\nentity: {template: \"case/{after.id}\"}\nactor: after.updated_by\n"
    "changes: {columns: [state, priority, impact, urgency, category, assigned_to, amount, "
    "reopened, due, resolved_by]}\n";

static char *events[EVENTS];
static struct decoder *decoder;
static struct batch batch;
static uint64_t our_total, their_total;

static int
add_row(char *out, size_t room, unsigned i, unsigned version)
{
	static const char *const states[] = {"new", "open", "waiting", "closed"};

	return snprintf(out, room,
	    "{\"id\":%u,\"state\":\"%s\",\"priority\":%u,\"impact\":2,\"urgency\":%u,\"category\":"
	    "\"network\",\"assigned_to\":\"group %u\",\"amount\":%u,\"reopened\":%s,\"due\":null,"
	    "\"resolved_by\":\"person %u\",\"updated_by\":\"person %u\"}",
	    i, states[(i + version) % 4], i % 5 + 1, (i + version) % 3, i % 70,
	    i * 7 % 1000 + version % 2, i % 9 ? "false" : "true", i % 300, (i + version) % 840);
}

static void
make_events(void)
{
	unsigned i;

	for (i = 0; i < EVENTS; i++) {
		char *event = memory_get(EVENT_BYTES);
		int used = snprintf(event, EVENT_BYTES, "{\"before\":");

		used += add_row(event + used, EVENT_BYTES - (size_t)used, i, 0);
		used += snprintf(event + used, EVENT_BYTES - (size_t)used, ",\"after\":");
		used += add_row(event + used, EVENT_BYTES - (size_t)used, i, 1);
		snprintf(event + used, EVENT_BYTES - (size_t)used,
		    ",\"source\":{\"version\":\"2.1.3.Final\",\"connector\":\"postgresql\","
		    "\"name\":\"desk\",\"ts_ms\":%llu,\"snapshot\":\"false\",\"db\":\"desk\","
		    "\"schema\":\"public\",\"table\":\"cases\",\"txId\":%u,\"lsn\":%u,\"xmin\":"
		    "null},\"op\":\"u\",\"ts_ms\":1582540780810,\"transaction\":null}",
		    1582540780000ull + i, i, i * 100);
		events[i] = event;
	}
}

static uint64_t
sum_value(const struct value *value)
{
	switch (value->kind) {
	case VALUE_LONG:
		return (uint64_t)value->integer;
	case VALUE_BOOLEAN:
		return value->boolean;
	case VALUE_TEXT:
		return value->text.size;
	default:
		return 0;
	}
}

static uint64_t
ours(void *context)
{
	uint64_t sum = 0;
	size_t i = 0, k;
	uint32_t j;

	while (i < EVENTS) {
		batch_reset(&batch);
		for (; i < EVENTS && !batch_full(&batch); i++)
			batch_add(&batch)->payload = text_of(events[i]);
		decoder_batch(decoder, &batch);
		for (k = 0; k < batch.count; k++) {
			const struct event *event = &batch.events[k];

			if (batch.outcomes[k].disposition != DISPOSITION_RECORDED)
				abort();
			sum += (uint64_t)event->time_ms + event->actor.size;
			for (j = 0; j < event->change_count; j++)
				sum += 3 * sum_value(&event->changes[j].new_value) +
				    sum_value(&event->changes[j].old_value);
		}
	}
	our_total += sum;
	return sum;
}

static uint64_t
sum_json(const json_t *json)
{
	if (json_is_integer(json))
		return (uint64_t)json_integer_value(json);
	if (json_is_string(json))
		return json_string_length(json);
	return json_is_true(json);
}

static uint64_t
theirs(void *context)
{
	uint64_t sum = 0;
	size_t i, k;

	for (i = 0; i < EVENTS; i++) {
		json_t *json =
		    json_loadb(events[i], strlen(events[i]), JSON_REJECT_DUPLICATES, NULL);
		const json_t *before = json_object_get(json, "before"),
			     *after = json_object_get(json, "after");

		sum += sum_json(json_object_get(json_object_get(json, "source"), "ts_ms")) +
		    sum_json(json_object_get(after, "updated_by"));
		for (k = 0; k < ARRAY_COUNT(columns); k++) {
			json_t *old = json_object_get(before, columns[k]),
			       *now = json_object_get(after, columns[k]);

			if (!json_equal(old, now))
				sum += 3 * sum_json(now) + sum_json(old);
		}
		json_decref(json);
	}
	their_total += sum;
	return sum;
}

int
main(void)
{
	struct symbols *names = symbols_open();

	make_events();
	fprintf(stderr, "%d events, the first of %zu bytes\n", EVENTS, strlen(events[0]));
	decoder = fuzz_decoder(FORMAT_JSON, mapping, names, fuzz_keys());
	batch_init(&batch, 4096, (size_t)8 << 20);
	bench_pair("debezium_event", EVENTS, ours, NULL, "jansson", theirs, NULL);
	if (our_total != their_total) {
		fprintf(stderr, "bench_envelopes: the two readers do not agree\n");
		return 1;
	}
	return 0;
}
