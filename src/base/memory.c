/* SPDX-License-Identifier: Apache-2.0 */
/* malloc and its kin with one answer to "no": say so and stop. */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
memory_refused(size_t bytes)
{
	fprintf(stderr, "dyetrace: the system refuses %zu bytes of memory\n", bytes);
	abort();
}

static void *
sure(void *block, size_t bytes)
{
	if (!block && bytes)
		memory_refused(bytes);
	return block;
}

void *
memory_get(size_t bytes)
{
	return sure(calloc(1, bytes ? bytes : 1), bytes);
}

void *
memory_get_array(size_t count, size_t bytes_each)
{
	if (bytes_each && count > SIZE_MAX / bytes_each)
		return sure(NULL, SIZE_MAX);
	return memory_get(count * bytes_each);
}

void *
memory_resize(void *old, size_t bytes)
{
	return sure(realloc(old, bytes ? bytes : 1), bytes);
}

void
memory_grow(void *array, size_t *capacity, size_t need, size_t bytes_each)
{
	void **block = array;
	size_t next = *capacity ? *capacity : 8;

	if (need <= *capacity)
		return;
	while (next < need)
		next *= 2;
	*block = memory_resize(*block, next * bytes_each);
	*capacity = next;
}

char *
memory_text_n(const char *text, size_t size)
{
	char *copy = memory_get(size + 1);

	if (size)
		memcpy(copy, text, size);
	return copy;
}

char *
memory_text(const char *text)
{
	return memory_text_n(text, strlen(text));
}

void
memory_free(void *block)
{
	free(block);
}

void
memory_wipe(void *block, size_t bytes)
{
	if (!block)
		return;
	explicit_bzero(block, bytes);
	free(block);
}
