/* SPDX-License-Identifier: Apache-2.0 */
/* A signed note or a verifier key from anybody; what is read is written the same. */
#include "ledger/checkpoint.h"

#include <assert.h>

#include "random_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keys *keys;
static uint8_t public_key[KEY_BYTES];

static void
write_again(struct text note, const struct checkpoint *checkpoint)
{
	struct buffer again = {0};
	const char *end;

	checkpoint_sign(checkpoint, keys, &again);
	end = memmem(again.data, again.size, "\n\n", 2);
	assert(end && (size_t)(end - (char *)again.data) + 2 <= note.size);
	assert(memcmp(again.data, note.data, (size_t)(end - (char *)again.data) + 2) == 0);
	buffer_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {(const char *)data, size};
	uint8_t key[KEY_BYTES];
	char origin[128];
	struct checkpoint checkpoint;
	struct buffer verifier = {0};
	struct error err = {0};

	if (!keys) {
		keys = random_keys();
		keys_public(keys, public_key);
	}
	if (checkpoint_read(text, NULL, &checkpoint, &err))
		write_again(text, &checkpoint);
	if (!checkpoint_read(text, public_key, &checkpoint, &err))
		assert(err.text[0]);
	if (checkpoint_verifier_parse(text, origin, key, &err)) {
		checkpoint_verifier(origin, key, &verifier);
		assert(verifier.size <= size && memcmp(verifier.data, data, verifier.size) == 0);
		buffer_fini(&verifier);
	}
	return 0;
}
