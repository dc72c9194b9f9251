/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of a segment: an Avro object container file, version 1.11 of the
 * specification. Header: "Obj\1", a map with avro.schema and avro.codec, a sync
 * marker of 16 bytes. Block: object count, byte count, deflated objects, the
 * marker. Private to ledger.
 */
#ifndef LEDGER_CONTAINER_H
#define LEDGER_CONTAINER_H

#include "base/buffer.h"
#include "base/error.h"

#define SYNC_BYTES 16
#define BLOCK_HEADER_MAX 20 /* two longs */

struct container {
	uint8_t sync[SYNC_BYTES];
	int64_t header_bytes; /* where the first block begins */
};

/* "000007.avro" */
#define SEGMENT_NAME_BYTES 32
const char *segment_name(uint32_t number, char out[SEGMENT_NAME_BYTES]);
/* The number in such a name, 0 if it is none. */
uint32_t segment_number(const char *name);

/* Appends a new header; the marker is random. */
void container_header(const char *schema, struct buffer *out, struct container *container);
/* How long the header of a segment of this schema is. */
int64_t container_header_size(const char *schema);
/* Reads the header of an open file. ERROR_DAMAGED: not one of ours; ERROR_IO. */
MUST_USE bool
container_read(int fd, const char *schema, struct container *container, struct error *err);

/* What stands in front of a block's data. False: no such thing, or impossible numbers. */
struct block_header {
	int64_t objects, data_bytes, header_bytes;
};
MUST_USE bool container_block_header(struct text bytes, struct block_header *header);

#endif
