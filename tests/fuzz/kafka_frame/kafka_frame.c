/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any value and any header on the wire, with the schemas 1 (Avro), 2 (JSON), 3
 * (Protobuf) and 4 (no schema) known: framing never leaves the value, Avro has
 * a schema, what is broken says why, and the second look says what the first said.
 *
 *   byte 0   bits 0-1 the format in the settings, 2 a bare schema, 3-5 which header (0 none)
 *   byte 1   bytes of the header's value
 */
#include <stdio.h>
#include <stdlib.h>

#include "frame.h"
#include "frame_schemas.h"
#include "model/reason.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static struct frames *
frames_with(struct text bare)
{
	static const struct registry_schema known[] = {
	    {{SCHEMA_ID, 0, 1}, SCHEMA_AVRO, {"\"long\"", 6}},
	    {{SCHEMA_ID, 0, 2}, SCHEMA_JSON, {"{}", 2}},
	    {{SCHEMA_ID, 0, 3}, SCHEMA_PROTOBUF, {"", 0}},
	    {{SCHEMA_ID, 0, 4}, SCHEMA_AVRO, {"{", 1}},
	    {{SCHEMA_GLOBAL_ID, 0, 1}, SCHEMA_AVRO, {"\"long\"", 6}},
	    {{SCHEMA_GUID, 0, 1}, SCHEMA_AVRO, {"\"int\"", 5}},
	};
	struct frames *frames;
	size_t i;

	must(frames_open(NULL, bare, &frames, NULL), "frames do not open");
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		frames_learn(frames, &known[i]);
	return frames;
}

static enum frame_answer
look(struct frames *frames, struct frame_topic *topic, struct message *message, struct arena *arena)
{
	enum frame_answer answer = frame_read(frames, topic, message, arena);
	char sentence[256];

	must(message->framing <= message->payload.size, "framing beyond the value");
	must(frame_notice(topic, "t", sentence, sizeof(sentence)) == (answer == FRAME_GOOD),
	    "not told as it was recognised");
	must(answer != FRAME_WAIT, "it waits, and nobody is asked");
	if (answer == FRAME_GOOD) {
		must(message->kind == MESSAGE_PAYLOAD, "a good one that is no payload");
		must((message->format == FORMAT_AVRO) == (message->schema != NULL),
		    "Avro without a schema, or JSON with one");
		return answer;
	}
	must(message->kind == MESSAGE_BROKEN && reason_find(text_of(message->reason)) &&
		message->detail.size && text_is_utf8(message->detail),
	    "a broken one that does not say why");
	must((answer == FRAME_UNKNOWN) == !strcmp(message->reason, REASON_SCHEMA_UNKNOWN),
	    "unknown, with another reason");
	return answer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct text names[] = {{NULL, 0}, {"__value_schema_id", 17},
	    {"apicurio.value.globalId", 23}, {"apicurio.value.contentId", 24},
	    {"apicurio.value.encoding", 23}, {"traceparent", 11}};
	size_t header = size > 1 ? (data[0] >> 3 & 7) % 6 : 0;
	size_t value = header && data[1] <= size - 2 ? data[1] : 0;
	struct message_header headers[] = {{names[header], {(const char *)data + 2, value}}};
	static struct frames *opened[2]; /* kept: nothing is learnt from a record */
	struct frame_topic topic = {0}, again = {0};
	struct frames *frames;
	struct message first, second;
	struct arena arena;

	if (size < 2)
		return 0;
	arena_init(&arena);
	if (!opened[0]) {
		opened[0] = frames_with(TEXT_NONE);
		opened[1] = frames_with(TEXT("\"string\""));
	}
	frames = opened[data[0] >> 2 & 1];
	topic.format = again.format = (data[0] & 3) % 3;
	first = (struct message){.payload = {(const char *)data + 2 + value, size - 2 - value},
	    .headers = headers,
	    .header_count = header != 0};
	second = first;
	must(look(frames, &topic, &first, &arena) == look(frames, &again, &second, &arena),
	    "two answers to one record");
	must(first.schema == second.schema && first.framing == second.framing, "two readings");
	arena_fini(&arena);
	return 0;
}
