/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as a company's systems write them: 18 fields, about 243 bytes, with
 * texts, numbers, enums, nullable fields, a list of changes and a map.
 */
#ifndef DYETRACE_BENCH_AVRO_RECORDS_H
#define DYETRACE_BENCH_AVRO_RECORDS_H

#include "base/buffer.h"

extern const char records_schema[];

struct records {
	struct buffer bytes;
	size_t *begins; /* [count + 1] */
	size_t count;
};

/* The same seed gives the same records. */
void records_make(struct records *records, size_t count, uint64_t seed);
void records_fini(struct records *records);

#endif
