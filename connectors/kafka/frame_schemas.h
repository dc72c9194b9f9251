/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas that records name, each looked at once: whether ours can be read
 * with it, and which identity its text has. Texts that are equal are one schema,
 * however many numbers they have.
 */
#ifndef DYETRACE_KAFKA_FRAME_SCHEMAS_H
#define DYETRACE_KAFKA_FRAME_SCHEMAS_H

#include "model/message.h"
#include "registry/registry.h"

/* One number of a schema; never changed once it is there. */
struct frame_entry {
	struct schema_key key;
	enum schema_type type;
	const struct message_schema *schema; /* Avro that can be read; else NULL */
	char *why;                           /* why it cannot be used; NULL: it can */
};

struct frame_schemas {
	struct frame_entry **slots; /* by key */
	size_t capacity, count;
	struct message_schema **items;
	size_t item_count, item_capacity;
};

void frame_schemas_init(struct frame_schemas *schemas);
void frame_schemas_fini(struct frame_schemas *schemas);
/* NULL if it was never added */
const struct frame_entry *
frame_schemas_find(const struct frame_schemas *schemas, struct schema_key key);
/* text: borrowed, must outlive schemas (the registry's does) */
const struct frame_entry *
frame_schemas_add(struct frame_schemas *schemas, const struct registry_schema *schema);
/* A schema without a number; text is borrowed as above. The caller has looked at it. */
const struct message_schema *frame_schemas_text(struct frame_schemas *schemas, struct text text);

#endif
