/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is given piece by piece and ended at once: a batch's texts and
 * changes. Pointers stay valid until arena_reset() or arena_fini().
 */
#ifndef DYETRACE_BASE_ARENA_H
#define DYETRACE_BASE_ARENA_H

#include "base/text.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk; /* the one in use; older ones behind it */
	char *next, *end;
	size_t bytes; /* given since the last reset, for limits */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);
/* Forgets everything given; keeps one chunk (the largest) for the next round. */
void arena_reset(struct arena *arena);

/* gives: uninitialised memory aligned to 8 bytes, valid until reset or fini */
void *arena_get(struct arena *arena, size_t bytes);
/* gives: the same, zeroed */
void *arena_get_zero(struct arena *arena, size_t bytes);
/* Shrinks the piece given last: what is behind used_bytes is free again. */
void arena_trim(struct arena *arena, void *last, size_t given_bytes, size_t used_bytes);
struct text arena_text(struct arena *arena, struct text text);

#endif
