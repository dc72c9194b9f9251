/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to make provenance messages of facts that are read already: compact
 * ones, beside one message an event. Sending is not in it. The same 1,024 events of one partition, of 1, 200
 * and 1,024 actors.
 */
#include "bench.h"
#include "provenance.h"
#include "sample_batch.h"

#define ROUNDS 200

struct making {
	struct provenance *provenance;
	struct outgoing outgoing;
	const struct publication_batch *batch;
};

static uint64_t
make(void *context)
{
	struct making *making = context;
	uint64_t bytes = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		outgoing_clear(&making->outgoing);
		provenance_add(making->provenance, making->batch, &making->outgoing);
		bytes += making->outgoing.bytes.size;
	}
	return bytes;
}

static void
fill(struct sample_batch *sample, uint32_t actors)
{
	static const char partition[] = "orders/3";
	uint32_t i, actor;

	sample_begin(sample, 0);
	for (i = 0; i < SAMPLE_MAX; i++) {
		struct record *fact = sample_event(sample, partition, i, 1);

		actor = i * 2654435761u % actors + 1;
		memcpy(fact->origin.actor.bytes, &actor, sizeof(actor));
	}
}

int
main(void)
{
	static const uint32_t actors[] = {1, 200, 1024};
	static struct sample_batch sample;
	struct outgoing_topic topic = {.avro = true, .schema = 1};
	size_t i;

	sample_init(&sample);
	for (i = 0; i < ARRAY_COUNT(actors); i++) {
		struct making compact = {
		    provenance_open(&topic, 1024, 1000000), {{0}}, &sample.batch};
		struct making each = {provenance_open(&topic, 1, 1000000), {{0}}, &sample.batch};
		char name[64];

		fill(&sample, actors[i]);
		snprintf(name, sizeof(name), "provenance of %u actors", actors[i]);
		bench_pair(name, (double)ROUNDS * SAMPLE_MAX, make, &compact,
		    "one message an event", make, &each);
		printf("{\"bytes_an_event\":%.1f,\"one_message_an_event\":%.1f}\n",
		    (double)compact.outgoing.bytes.size / SAMPLE_MAX,
		    (double)each.outgoing.bytes.size / SAMPLE_MAX);
		provenance_close(compact.provenance);
		provenance_close(each.provenance);
		outgoing_fini(&compact.outgoing);
		outgoing_fini(&each.outgoing);
	}
	sample_fini(&sample);
	return 0;
}
