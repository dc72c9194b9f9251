/* SPDX-License-Identifier: Apache-2.0 */
/* A list of chunks; the newest is filled from the front. */
#include "base/arena.h"

#include "base/memory.h"

#define CHUNK_BYTES ((size_t)64 << 10)

struct arena_chunk {
	struct arena_chunk *older;
	size_t bytes;
	char data[];
};

static size_t
rounded(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

void
arena_init(struct arena *arena)
{
	*arena = (struct arena){0};
}

static void
free_chain(struct arena_chunk *chunk)
{
	struct arena_chunk *older;

	for (; chunk; chunk = older) {
		older = chunk->older;
		memory_free(chunk);
	}
}

void
arena_fini(struct arena *arena)
{
	free_chain(arena->chunk);
	arena_init(arena);
}

void
arena_reset(struct arena *arena)
{
	struct arena_chunk *keep = arena->chunk, *chunk, **link;

	if (!keep)
		return;
	for (chunk = keep; chunk; chunk = chunk->older)
		if (chunk->bytes > keep->bytes)
			keep = chunk;
	for (link = &arena->chunk; *link != keep; link = &(*link)->older)
		;
	*link = keep->older;
	free_chain(arena->chunk);
	keep->older = NULL;
	arena->chunk = keep;
	arena->next = keep->data;
	arena->end = keep->data + keep->bytes;
	arena->bytes = 0;
}

static void
add_chunk(struct arena *arena, size_t need)
{
	size_t bytes = arena->chunk ? arena->chunk->bytes * 2 : CHUNK_BYTES;
	struct arena_chunk *chunk;

	if (bytes > ((size_t)4 << 20))
		bytes = (size_t)4 << 20;
	if (bytes < need)
		bytes = need;
	/* Not memory_get(): what an arena gives is uninitialised. */
	chunk = memory_resize(NULL, sizeof(*chunk) + bytes);
	chunk->older = arena->chunk;
	chunk->bytes = bytes;
	arena->chunk = chunk;
	arena->next = chunk->data;
	arena->end = chunk->data + bytes;
}

void *
arena_get(struct arena *arena, size_t bytes)
{
	size_t need = rounded(bytes ? bytes : 1);
	char *piece;

	if ((size_t)(arena->end - arena->next) < need)
		add_chunk(arena, need);
	piece = arena->next;
	arena->next += need;
	arena->bytes += need;
	return piece;
}

void *
arena_get_zero(struct arena *arena, size_t bytes)
{
	return memset(arena_get(arena, bytes), 0, bytes);
}

void
arena_trim(struct arena *arena, void *last, size_t given_bytes, size_t used_bytes)
{
	size_t given = rounded(given_bytes ? given_bytes : 1);
	size_t used = rounded(used_bytes ? used_bytes : 1);

	if ((char *)last + given != arena->next || used > given)
		return;
	arena->next = (char *)last + used;
	arena->bytes -= given - used;
}

struct text
arena_text(struct arena *arena, struct text text)
{
	char *copy;

	if (!text.data)
		return TEXT_NONE;
	copy = arena_get(arena, text.size);
	memcpy(copy, text.data, text.size);
	return (struct text){copy, text.size};
}
