/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Avro schema that refers to types of other schemas, as one that stands
 * alone: where such a name is used first, its declaration is put. Names are
 * written in full, so that they mean the same wherever they stand.
 */
#ifndef DYETRACE_REGISTRY_REGISTRY_MERGE_H
#define DYETRACE_REGISTRY_REGISTRY_MERGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

/*
 * parts  the other schemas, in any order; of a type that is in several the first counts
 * out    appended to, also when it fails
 *
 * ERROR_MALFORMED  one is not JSON. What is JSON but no schema is left for avro_schema_open() to say
 * ERROR_LIMIT      deeper than 256 levels, or longer than AVRO_SCHEMA_BYTES_MAX
 */
MUST_USE bool registry_merge(struct text schema, const struct text *parts, size_t count,
    struct buffer *out, struct error *err);

#endif
