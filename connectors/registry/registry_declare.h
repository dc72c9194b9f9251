/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two walks of registry_merge() share: which names there are and where
 * each is declared. registry_declare.c walks over the parts and notes what they
 * declare, registry_merge.c over the schema and prints it. Private to them.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_DECLARE_H
#define DYETRACE_REGISTRY_REGISTRY_DECLARE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/symbols.h"

#define MERGE_DEPTH_MAX 256

/* Where a name is declared. Index: its symbol. */
struct declaration {
	const struct json_document *json; /* NULL: in no part */
	uint32_t at;
	bool printed;
};

struct merge {
	struct symbols *names; /* full names */
	struct declaration *items;
	size_t capacity;
	struct arena arena; /* full names while they are made */
	struct buffer *out;
	unsigned depth;
	bool too_deep;
};

/* That of a name, made on first sight; borrowed until the next is made. */
struct declaration *merge_declaration(struct merge *merge, struct text full);
/* Notes what the type at `at` declares. space: the namespace around it. */
void
merge_note(struct merge *merge, const struct json_document *json, uint32_t at, struct text space);

/* One level deeper, left by merge->depth--; false: too deep or too long, which is noted. */
bool merge_enter(struct merge *merge);
/* Index of a member's value; 0: there is none. */
uint32_t merge_member(const struct json_document *json, uint32_t at, const char *key);
bool merge_is_one_of(struct text text, const char *const *words); /* NULL-terminated */
/* Whether the object declares a record, an enum or a fixed. */
bool merge_is_named(const struct json_document *json, uint32_t at);
/* "a.b" of "a.b.c" */
struct text merge_space(struct text full);
/* A name within a namespace, unless it has a dot. */
struct text merge_join(struct merge *merge, struct text space, struct text name);
/* Of a declaration; absent: it has no name. */
struct text merge_full_name(
    struct merge *merge, const struct json_document *json, uint32_t at, struct text space);

#endif
