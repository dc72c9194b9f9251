/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a schema refers to: versions of other subjects, and what these refer to,
 * each fetched once, within a number and a size.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_PARTS_H
#define DYETRACE_REGISTRY_REGISTRY_PARTS_H

#include "registry_ask.h"

#define PARTS_BYTES_MAX ((size_t)8 << 20)

struct part {
	char *subject;
	int64_t version;
	struct buffer text; /* empty before it is fetched */
};

struct registry_parts {
	struct part items[REGISTRY_REFERENCES_MAX];
	size_t count, bytes;
};

/* Once each. ERROR_LIMIT: there are too many. */
MUST_USE bool registry_parts_add(struct registry_parts *parts,
    const struct registry_reference *references, size_t count, struct error *err);
/* Fetches all, and what they refer to. */
enum ask_result
registry_parts_fetch(struct asker *asker, struct registry_parts *parts, struct error *err);
/* The schema with them put in. out: appended to. ERROR_MALFORMED, ERROR_LIMIT. */
MUST_USE bool registry_parts_merge(
    const struct registry_parts *parts, struct text schema, struct buffer *out, struct error *err);
void registry_parts_fini(struct registry_parts *parts);

#endif
