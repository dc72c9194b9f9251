/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a Debezium record: as JSON, or, where the first byte is 0, as
 * Avro of a connector's envelope. Through a decoder that names its columns and
 * one that takes all; where both give an event, what the first one changed the other one did, too.
 */
#include "fuzz_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	NAMED,
	ALL,
	DECODERS
};

static const char *const mappings[DECODERS] = {
    "envelope: debezium\nactor: after.by\nid: transaction.id\nentity: {template: "
    "\"{source.table}/{after.id}\"}\nchanges: {columns: [a, b]}\n",
    "envelope: debezium\nchanges: {columns: all, except: [c]}\nwhere: [{field: source.db, is: "
    "[null, d]}]\n",
};

static struct message_schema envelope = {.id = 1,
    .format = FORMAT_AVRO,
    .text = TEXT(
	"{\"type\":\"record\",\"name\":\"Envelope\",\"fields\":[{\"name\":\"before\",\"type\":["
	"\"null\",{\"type\":\"record\",\"name\":\"Value\",\"fields\":[{\"name\":\"id\",\"type\":"
	"\"long\"},{\"name\":\"a\",\"type\":[\"null\",\"string\"]},{\"name\":\"b\",\"type\":"
	"\"double\"},{\"name\":\"c\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}]},{"
	"\"name\":\"after\",\"type\":[\"null\",\"Value\"]},{\"name\":\"source\",\"type\":{\"type\":"
	"\"record\",\"name\":\"Source\",\"fields\":[{\"name\":\"ts_ms\",\"type\":\"long\"},{"
	"\"name\":\"snapshot\",\"type\":[\"null\",\"boolean\",\"string\"]},{\"name\":\"db\","
	"\"type\":\"string\"},{\"name\":\"table\",\"type\":\"string\"}]}},{\"name\":\"op\","
	"\"type\":\"string\"}]}")};

static struct decoder *decoders[DECODERS];
static struct batch batches[DECODERS];
static struct symbols *names;

static void
start(void)
{
	struct keys *keys = fuzz_keys();
	size_t i;

	names = symbols_open();
	for (i = 0; i < DECODERS; i++) {
		decoders[i] = fuzz_decoder(FORMAT_JSON, mappings[i], names, keys);
		batch_init(&batches[i], 1, 1);
	}
}

static const struct change *
change_of(const struct event *event, uint32_t field)
{
	uint32_t i;

	for (i = 0; i < event->change_count; i++)
		if (event->changes[i].field == field)
			return &event->changes[i];
	return NULL;
}

static void
compare(const struct event *named, const struct event *all)
{
	const uint32_t fields[] = {symbols_find(names, TEXT("a")), symbols_find(names, TEXT("b"))};
	size_t i;

	for (i = 0; i < ARRAY_COUNT(fields); i++) {
		const struct change *one, *other;

		if (fields[i] == SYMBOL_NONE)
			continue;
		one = change_of(named, fields[i]);
		other = change_of(all, fields[i]);
		fuzz_must(!one == !other, "a column that is named changes as it does among all");
		fuzz_must(!one || one->new_value.kind == other->new_value.kind, "and to the same");
	}
	fuzz_must(named->dataset == all->dataset && named->op == all->op, "of one table and op");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool avro = size && !data[0];
	const struct text bytes = {(const char *)data + avro, size - avro};
	size_t i;

	if (!names)
		start();
	for (i = 0; i < DECODERS; i++)
		fuzz_decode(decoders[i], &batches[i], avro ? FORMAT_AVRO : FORMAT_JSON,
		    avro ? &envelope : NULL, bytes);
	/* A member whose own name has a dot is found by a path, and is no column of a row. */
	if (memmem(data, size, "after.", 6) || memmem(data, size, "before.", 7) ||
	    memmem(data, size, "\\u", 2))
		return 0;
	if (batches[NAMED].outcomes[0].disposition == DISPOSITION_RECORDED &&
	    batches[ALL].outcomes[0].disposition == DISPOSITION_RECORDED)
		compare(&batches[NAMED].events[0], &batches[ALL].events[0]);
	return 0;
}
