/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over Avro data without keeping anything of it: finds where a value
 * ends. The data may be hostile: time is proportional to the bytes, memory is
 * fixed, nothing past the end is read.
 *
 * A walk is a program compiled from a schema. It comes in two kinds: FRAMES
 * looks only at what decides where values end (lengths, counts, branches);
 * CHECKS also at the range of ints, at booleans and at symbols. Neither looks
 * at the encoding of text, nor into a block of an array or map that says its
 * size in bytes.
 */
#ifndef DYETRACE_BASE_AVRO_WALK_H
#define DYETRACE_BASE_AVRO_WALK_H

#include "base/avro_bytes.h"
#include "base/avro_schema.h"

#define AVRO_NESTING_MAX 256 /* values within values, in data of recursive types */

enum avro_walk_kind {
	AVRO_WALK_FRAMES,
	AVRO_WALK_CHECKS
};

struct avro_walk;

/* gives: ended by avro_walk_close(); schema is borrowed until then */
struct avro_walk *avro_walk_open(const struct avro_schema *schema, enum avro_walk_kind kind);
void avro_walk_close(struct avro_walk *walk);

/* Compiles a walk over values of one of the schema's nodes; gives the number to call it by. */
uint32_t avro_walk_add(struct avro_walk *walk, const struct avro_node *node);

/* Where the bytes are wrong, and how. */
struct avro_spot {
	const uint8_t *at;
	enum avro_fault fault;
};

/*
 * The place behind one value that begins at p; NULL when the bytes are wrong:
 * then *spot says where. Does not change the walk: threads may share it.
 */
const uint8_t *avro_walk_run(const struct avro_walk *walk, uint32_t number, const uint8_t *p,
    const uint8_t *end, struct avro_spot *spot);

#endif
