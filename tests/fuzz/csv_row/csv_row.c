/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a CSV header and a row, cut at the first line end, which stands
 * for a NUL too; and as a row under headers that fit.
 */
#include "fuzz_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const mappings[] = {
    "dataset: {value: d}\ntime: t\nid: a\nentity: e\nchanges: {wide: [b, c], empty: null}\n",
    ("dataset: {value: d}\ntime: {field: t, format: \"%d/%m/%Y\"}\nentity: {field: e, default: x}\n"
     "changes: {wide: all, except: [q]}\n"),
    "dataset: {field: a, default: d}\ntime: {field: '1', format: unix-s}\nchanges: {new: [b, c], "
    "old-prefix: o}\n",
};

static struct decoder *decoders[ARRAY_COUNT(mappings)];
static struct batch batch;
static struct message_schema schema = {.delimiter = ',', .format = FORMAT_CSV};

static void
start(void)
{
	struct symbols *names = symbols_open();
	struct keys *keys = fuzz_keys();
	size_t i;

	for (i = 0; i < ARRAY_COUNT(mappings); i++)
		decoders[i] = fuzz_decoder(FORMAT_CSV, mappings[i], names, keys);
	batch_init(&batch, 1, 1);
}

static void
decode(struct text header, struct text row)
{
	size_t i;

	schema.id++;
	schema.text = header;
	for (i = 0; i < ARRAY_COUNT(decoders); i++)
		fuzz_decode(decoders[i], &batch, FORMAT_CSV, &schema, row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *end = size ? memchr(bytes, '\n', size) : NULL;

	if (!decoders[0])
		start();
	if (end)
		decode((struct text){bytes, (size_t)(end - bytes)},
		    (struct text){end + 1, size - (size_t)(end - bytes) - 1});
	decode(TEXT("t,a,e,b,c"), (struct text){bytes, size});
	decode(TEXT_NONE, (struct text){bytes, size});
	return 0;
}
