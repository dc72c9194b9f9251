/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any headers and any payload as a CloudEvent. The input is headers, each a byte of
 * its name's size, a byte of its value's, both; behind a 0 the payload. A value's size
 * of 255 is a null. The headers go through the reader of what is upstream, too.
 */
#include "fuzz_decoder.h"

#define HEADERS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const mappings[] = {
    ("envelope: cloudevents\ndataset: type\nactor: data.user\nteam: dept\nentity: subject\n"
     "channel: {field: $header.via, default: none}\nchanges: {list: data.changes}\n"),
    ("envelope: cloudevents\ndataset: {value: d}\nid: $key\nwhere: [{field: type, is: [t, null]}]\n"
     "changes: {new: [a, b], new-prefix: data., old-prefix: data.old.}\n"),
    "dataset: {value: d}\ntime: {field: $header.time, format: unix-ms}\nactor: $header.user\n",
};

static struct decoder *decoders[ARRAY_COUNT(mappings)];
static struct batch batch;
static struct keys *keys;

static void
start(void)
{
	struct symbols *names = symbols_open();
	size_t i;

	keys = fuzz_keys();
	for (i = 0; i < ARRAY_COUNT(mappings); i++)
		decoders[i] = fuzz_decoder(FORMAT_JSON, mappings[i], names, keys);
	batch_init(&batch, 1, 1);
}

static struct text
take(struct text *bytes, size_t size)
{
	struct text text = {bytes->data, size < bytes->size ? size : bytes->size};

	bytes->data += text.size;
	bytes->size -= text.size;
	return text;
}

static size_t
take_headers(struct text *bytes, struct message_header headers[HEADERS_MAX])
{
	size_t count = 0, name, value;

	while (count < HEADERS_MAX && bytes->size >= 2 && bytes->data[0]) {
		name = (uint8_t)bytes->data[0];
		value = (uint8_t)bytes->data[1];
		take(bytes, 2);
		headers[count].name = take(bytes, name);
		headers[count++].value = value == 255 ? TEXT_NONE : take(bytes, value);
	}
	take(bytes, 1);
	return count;
}

static void
check_upstream(const struct event *event)
{
	bool any = false;
	unsigned tag;

	if (!event->upstream)
		return;
	for (tag = 0; tag < UPSTREAM_TAG_COUNT; tag++) {
		struct text value = event->upstream->tags[tag];

		fuzz_check_text(value);
		fuzz_must(!value.data || value.size, "a tag is never empty");
		fuzz_must(value.size <= 3 * UPSTREAM_BYTES_MAX + 2, "tags are bounded");
		any = any || value.data;
	}
	fuzz_must(any, "an upstream has a tag");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = {(const char *)data, size};
	struct message_header headers[HEADERS_MAX];
	struct partition partition = {.name = (char *)"topic/0"};
	size_t count, i;

	if (!keys)
		start();
	count = take_headers(&bytes, headers);
	for (i = 0; i < ARRAY_COUNT(decoders); i++) {
		struct message *message;

		batch_reset(&batch);
		message = batch_add(&batch);
		message->partition = &partition;
		message->headers = headers;
		message->header_count = count;
		message->key = count ? headers[0].value : TEXT_NONE;
		message->payload = bytes;
		decoder_batch(decoders[i], &batch);
		fuzz_check_outcomes(&batch);
		if (batch.outcomes[0].disposition == DISPOSITION_RECORDED)
			check_upstream(&batch.events[0]);
	}
	return 0;
}
