/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of single tokens, and the keys of one object. Private to base.
 */
#ifndef DYETRACE_BASE_JSON_TOKEN_H
#define DYETRACE_BASE_JSON_TOKEN_H

#include "base/json.h"

/* Where a token goes wrong. */
struct json_mistake {
	enum json_problem problem;
	const char *what; /* "an unknown escape", followed by where */
	const char *at;
};

/* Sets kind and value of node from start..end, which begins with '-' or a digit. */
bool json_number(
    const char *start, const char *end, struct json_node *node, struct json_mistake *mistake);

/* Replaces a text that has escapes by what it stands for, in arena. */
bool json_unescape(struct text *text, struct arena *arena, struct json_mistake *mistake);

/* Room for the keys of one large object; zeroed at first, ended by json_keys_fini(). */
struct json_keys {
	uint32_t *slots; /* nodes of keys; 0: free (node 0 is no key) */
	size_t capacity;
	uint64_t seed; /* so that nobody can choose keys that collide */
};
void json_keys_init(struct json_keys *keys);
void json_keys_fini(struct json_keys *keys);
/* Whether the `count` keys, the first of them nodes[first], all differ. */
bool json_keys_differ(
    struct json_keys *keys, const struct json_node *nodes, uint32_t first, uint32_t count);

static inline bool
json_is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static inline bool
json_mistaken(
    struct json_mistake *mistake, enum json_problem problem, const char *what, const char *at)
{
	*mistake = (struct json_mistake){problem, what, at};
	return false;
}

#endif
