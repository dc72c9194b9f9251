/* SPDX-License-Identifier: Apache-2.0 */
/* A key as part of an address and as a file's name; types by name. */
#ifndef DYETRACE_REGISTRY_REGISTRY_KEY_H
#define DYETRACE_REGISTRY_REGISTRY_KEY_H

#include "registry.h"

/* "/schemas/ids/12"; of a global id the path behind Apicurio's own API. Returns out. */
const char *schema_key_path(struct schema_key key, char out[SCHEMA_KEY_BYTES]);
/* "id-12" */
const char *schema_key_file(struct schema_key key, char out[SCHEMA_KEY_BYTES]);

static inline bool
schema_key_equal(struct schema_key a, struct schema_key b)
{
	return a.kind == b.kind && a.low == b.low && a.high == b.high;
}

const char *schema_type_name(enum schema_type type); /* "AVRO" */
bool schema_type_find(struct text name, enum schema_type *type);

#endif
