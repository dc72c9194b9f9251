/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each key: a table of bounded size. Not for two threads at
 * once: registry.c holds its mutex.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_ENTRIES_H
#define DYETRACE_REGISTRY_REGISTRY_ENTRIES_H

#include "base/buffer.h"
#include "registry.h"

#define ENTRIES_KNOWN_MAX 20000               /* schemas in memory; never let go */
#define ENTRIES_BYTES_MAX ((size_t)512 << 20) /* of their texts */
#define ENTRIES_OTHER_MAX 20000               /* keys without a schema */
/* The idle of them are let go when they are so many: a walk over all must be worth it. */
#define ENTRIES_IDLE_MIN (ENTRIES_OTHER_MAX / 8)

struct entry {
	struct registry_schema schema; /* the key always; type and text when KNOWN */
	enum registry_answer answer;
	bool wanted;          /* in the line of those that are asked for */
	int64_t due_ms;       /* not asked for again before; monotonic */
	unsigned tries;       /* failures in a row */
	char *why;            /* of UNKNOWN, DOWN; NULL */
	struct entry *behind; /* in the line */
};

struct entries {
	struct entry **slots;
	size_t capacity, count, known, bytes, waiting;
	struct entry *first, *last; /* the line of those that are wanted */
};

void entries_init(struct entries *entries);
void entries_fini(struct entries *entries);
/* NULL if there is none */
struct entry *entries_find(const struct entries *entries, struct schema_key key);
/* NULL: there are too many. New ones wait. */
struct entry *entries_add(struct entries *entries, struct schema_key key);
/* Puts it at the end of the line, once. */
void entries_want(struct entries *entries, struct entry *entry);
/* Takes the first of the line; NULL: nobody waits. It stays wanted until entries_done(). */
struct entry *entries_next(struct entries *entries);
void entries_done(struct entries *entries, struct entry *entry);
/* text is taken (or freed): false when there is no room for it. */
bool entries_know(
    struct entries *entries, struct entry *entry, enum schema_type type, struct buffer *text);
void entries_say(struct entry *entry, enum registry_answer answer, const char *why);

#endif
