/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a JSON record: through the reader, where jansson must agree on
 * whether it is JSON, and through three decoders, whose events keep what they
 * promise.
 */
#include <jansson.h>

#include "base/json.h"
#include "fuzz_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const mappings[] = {
    ("dataset: {field: dataset, default: d}\nid: id\ntime: time\nactor: actor\nteam: team\nsystem: "
     "system\n"
     "channel: channel\nentity: entity\nop: op\nchanges: {list: changes}\n"),
    ("dataset: {value: d}\ntime: {field: time, format: unix-ms}\nentity: {template: \"{a}/{b.c}\", "
     "keep: hash}\n"
     "id: {field: b.c, map: {x: y, z: ~}}\nchanges: {wide: all, except: [x]}\nwhere: [{field: x, "
     "is: [1, null]}]\n"),
    ("dataset: b.c\ntime: {field: time, format: \"%Y%m%d\", zone: \"-03:00\"}\n"
     "changes: {new: [x, y, z], new-prefix: b., old-prefix: a.b.}\n"),
};

static struct decoder *decoders[ARRAY_COUNT(mappings)];
static struct json_reader *reader;
static struct batch batch;

static void
start(void)
{
	struct symbols *names = symbols_open();
	struct keys *keys = fuzz_keys();
	size_t i;

	for (i = 0; i < ARRAY_COUNT(mappings); i++)
		decoders[i] = fuzz_decoder(FORMAT_JSON, mappings[i], names, keys);
	reader = json_reader_open();
	batch_init(&batch, 1, 1);
}

static void
compare(struct text bytes)
{
	struct json_document document;
	struct error err = {0};
	json_error_t peer_err;
	json_t *peer =
	    json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &peer_err);
	bool good = json_parse(reader, bytes, &document, &err);

	fuzz_must(good || (err.text[0] && text_is_utf8(text_of(err.text))), "a refusal says why");
	/* jansson allows more levels, and lets a NUL pass behind a literal. */
	if (bytes.size && memchr(bytes.data, '\0', bytes.size))
		fuzz_must(!good, "a NUL is never good");
	else
		fuzz_must(good == (peer != NULL) || err.kind == ERROR_LIMIT, "jansson agrees");
	json_decref(peer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text bytes = {(const char *)data, size};
	size_t i;

	if (!reader)
		start();
	compare(bytes);
	for (i = 0; i < ARRAY_COUNT(decoders); i++)
		fuzz_decode(decoders[i], &batch, FORMAT_JSON, NULL, bytes);
	return 0;
}
