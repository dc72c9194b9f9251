/* SPDX-License-Identifier: Apache-2.0 */
/* A proof file, or a leaf, from anybody. */
#include "ledger/checkpoint.h"

#include <assert.h>

#include "ledger/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {(const char *)data, size};
	struct buffer json = {0};
	struct proof proof;
	struct error err = {0};
	struct arena arena;

	arena_init(&arena);
	if (proof_check(text, TEXT_NONE, &arena, &proof, &err))
		assert(proof.shown.size && proof.index < proof.checkpoint.size);
	else
		assert(err.kind == ERROR_MALFORMED || err.kind == ERROR_REFUSED);
	if (!leaf_show(text, &json, &err))
		assert(!json.size && err.kind == ERROR_MALFORMED);
	buffer_fini(&json);
	arena_fini(&arena);
	return 0;
}
