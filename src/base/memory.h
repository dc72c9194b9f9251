/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap memory that is always there. Sizes that come from outside are checked
 * against a limit before they reach these functions, so a refusal of the
 * system is the end of the process: it says so on standard error and aborts
 * (the store is consistent at any moment; the next start goes on).
 */
#ifndef DYETRACE_BASE_MEMORY_H
#define DYETRACE_BASE_MEMORY_H

#include <stddef.h>

/* For those who ask the system by other ways: says so and aborts. */
_Noreturn void memory_refused(size_t bytes);
/* gives: zeroed memory, ended by memory_free() */
void *memory_get(size_t bytes);
void *memory_get_array(size_t count, size_t bytes_each);
/* takes old (or NULL), gives the resized one; what is added is not zeroed */
void *memory_resize(void *old, size_t bytes);
/* Grows *array to hold at least `need` items, doubling; *capacity counts items. */
void memory_grow(void *array, size_t *capacity, size_t need, size_t bytes_each);
/* gives: a NUL-terminated copy */
char *memory_text(const char *text);
char *memory_text_n(const char *text, size_t size);
void memory_free(void *block);
/* Overwrites before it frees: for keys. */
void memory_wipe(void *block, size_t bytes);

#endif
