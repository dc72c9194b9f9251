/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the file of a kept schema: what is believed is what would be written. */
#include <stdio.h>
#include <stdlib.h>

#include "registry_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct schema_key keys[] = {
	    {SCHEMA_ID, 0, 12}, {SCHEMA_GUID, 1, 2}, {SCHEMA_GLOBAL_ID, 0, 12}};
	struct text bytes = {(const char *)data, size}, text;
	struct buffer again = {0};
	enum schema_type type;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!registry_cache_read(bytes, keys[i], &type, &text))
			continue;
		again.size = 0;
		registry_cache_write(keys[i], type, text, &again);
		must(text_equal(buffer_text(&again), bytes), "it is not what would be written");
	}
	buffer_fini(&again);
	return 0;
}
