/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to say of a Kafka value how it is framed. The peer does by hand
 * what must be done for this one case: magic byte, number, a schema found in an
 * array by number, four members set.
 */
#include "bench.h"
#include "frame.h"

#define RECORDS 4096
#define ROUNDS 500

struct load {
	struct frames *frames;
	struct frame_topic topic;
	struct arena arena;
	const struct message_schema *by_number[64];
	struct message messages[RECORDS];
	char values[RECORDS][16];
};

static uint64_t
ours(void *context)
{
	struct load *load = context;
	uint64_t sum = 0;
	int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < RECORDS; i++) {
			struct message *message = &load->messages[i];

			sum += frame_read(load->frames, &load->topic, message, &load->arena);
			sum += message->framing + message->format + (uintptr_t)message->schema;
		}
	return sum;
}

static int
by_hand(struct load *load, struct message *message)
{
	const unsigned char *p = (const unsigned char *)message->payload.data;
	uint32_t id;

	if (message->payload.size < 5 || p[0])
		return FRAME_BROKEN;
	id = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
	if (id >= 64 || !load->by_number[id])
		return FRAME_UNKNOWN;
	message->format = FORMAT_AVRO;
	message->framing = 5;
	message->schema = load->by_number[id];
	return FRAME_GOOD;
}

static uint64_t
theirs(void *context)
{
	struct load *load = context;
	uint64_t sum = 0;
	int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < RECORDS; i++) {
			struct message *message = &load->messages[i];

			sum += (uint64_t)by_hand(load, message);
			sum += message->framing + message->format + (uintptr_t)message->schema;
		}
	return sum;
}

static void
fill(struct load *load, int numbers, const struct message_header *headers, size_t header_count)
{
	int i;

	for (i = 0; i < RECORDS; i++) {
		load->values[i][4] = (char)(1 + i % numbers);
		load->messages[i] = (struct message){.payload = {load->values[i], 16},
		    .headers = headers,
		    .header_count = header_count};
	}
}

static void
learn(struct load *load)
{
	static char texts[9][64];
	struct registry_schema schema = {.type = SCHEMA_AVRO};
	int i;

	for (i = 1; i < 9; i++) {
		snprintf(texts[i], sizeof(texts[i]),
		    "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", i);
		schema.key = (struct schema_key){SCHEMA_ID, 0, (uint64_t)i};
		schema.text = text_of(texts[i]);
		frames_learn(load->frames, &schema);
		load->messages[0] = (struct message){.payload = {(char[]){0, 0, 0, 0, (char)i}, 5}};
		if (frame_read(load->frames, &load->topic, &load->messages[0], &load->arena) !=
		    FRAME_GOOD)
			abort();
		load->by_number[i] = load->messages[0].schema;
	}
}

static void
run(struct load *load, const char *name)
{
	if (ours(load) != theirs(load)) {
		fprintf(stderr, "%s: two results\n", name);
		exit(1);
	}
	bench_pair(name, (double)RECORDS * ROUNDS, ours, load, "by hand", theirs, load);
}

int
main(void)
{
	static const struct message_header headers[] = {{{"traceparent", 11}, {"00", 2}},
	    {{"ce_id", 5}, {"1", 1}}, {{"ce_source", 9}, {"a", 1}}, {{"ce_type", 7}, {"b", 1}}};
	static struct load load;
	struct error err = {0};

	arena_init(&load.arena);
	if (!frames_open(NULL, TEXT_NONE, &load.frames, &err))
		return 1;
	learn(&load);
	load.topic.told = UINT32_MAX;
	fill(&load, 1, NULL, 0);
	run(&load, "frame_one_schema");
	fill(&load, 8, NULL, 0);
	run(&load, "frame_eight_schemas_in_turn");
	fill(&load, 1, headers, 4);
	run(&load, "frame_four_foreign_headers");
	frames_close(load.frames);
	arena_fini(&load.arena);
	return 0;
}
