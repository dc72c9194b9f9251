/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What payloads are read with (CSV headers, Avro writer's schemas), each kept
 * once however many files begin with it, until the source is closed.
 */
#ifndef DYETRACE_FILE_SCHEMAS_H
#define DYETRACE_FILE_SCHEMAS_H

#include "model/message.h"

struct schemas {
	struct message_schema **items;
	size_t count, capacity;
};

/* text is copied; delimiter: 0 unless CSV. Borrowed until schemas_fini(). */
const struct message_schema *
schemas_add(struct schemas *schemas, enum message_format format, struct text text, char delimiter);
void schemas_fini(struct schemas *schemas);

#endif
