/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a container's machine share. Private to file. */
#ifndef DYETRACE_FILE_AVRO_CONTAINER_INSIDE_H
#define DYETRACE_FILE_AVRO_CONTAINER_INSIDE_H

#include "avro_container.h"
#include "avro_header.h"
#include "avro_input.h"
#include "avro_unpack.h"
#include "base/avro_walk.h"

enum container_state {
	CONTAINER_HEADER,  /* the header is not all there */
	CONTAINER_BLOCK,   /* a block begins at the front of the input */
	CONTAINER_RECORDS, /* inside a whole block: the next record is at p */
	CONTAINER_SEARCH,  /* a block without its marker: looking for the next marker */
};

struct avro_container {
	size_t record_bytes_max;
	enum container_state state;
	struct avro_input input;
	size_t tried; /* bytes of the header when it was looked at last */

	struct buffer schema_text;
	struct avro_schema *schema;
	struct avro_walk *walk;
	uint32_t number; /* of the walk over one record */
	enum avro_codec codec;
	uint8_t marker[AVRO_MARKER_BYTES];
	struct avro_unpacker unpacker;

	int64_t offset;     /* ordinal of the next record */
	int64_t wanted;     /* what lies before it is passed over */
	int64_t left;       /* records of the block that are still to come */
	size_t block_bytes; /* of the block in the input, with its header and marker */
	const uint8_t *p, *end;

	struct buffer kept; /* in a search: the first bytes of the block */
	int64_t lost; /* ordinals that the BROKEN record takes along: a GAP of lost - 1 follows */
	int64_t gap;  /* ordinals of a gap that comes next */
	char detail[256];

	struct avro_frame ahead; /* read by resume, not given yet */
	bool has_ahead;
};

/* What a block's header says. */
struct block_head {
	int64_t count, size;
	size_t bytes; /* of the header itself */
};

enum block_look {
	LOOK_MORE,
	LOOK_WHOLE,
	LOOK_NO_MARKER,
	LOOK_NO_HEADER
};

/*
 * Looks at the block that begins here, reading on as far as it says it goes
 * (avro_block.c). LOOK_MORE: it is not all there; then head->bytes is 0 unless
 * its header is.
 */
MUST_USE bool container_look(struct avro_container *container, struct block_head *head,
    enum block_look *seen, struct error *err);
/* A whole block: its records come next, or all of it is broken. False: *frame is that. */
bool container_open_block(
    struct avro_container *container, const struct block_head *head, struct avro_frame *frame);
/* The next record of the block; there is one. */
void container_take_record(struct avro_container *container, struct avro_frame *frame);
void container_close_block(struct avro_container *container);

/* The frame's place: it takes `count` ordinals from here on. */
static inline void
container_place(struct avro_container *container, int64_t count, struct avro_frame *frame)
{
	frame->offset = container->offset;
	frame->count = count;
	container->offset += count;
}

/* What begins here is no whole block: the search for the next marker (avro_search.c). */
void container_begin_search(
    struct avro_container *container, const struct block_head *head, enum block_look seen);
/* Searches on; *found: *frame is the broken block before the marker, or before the end. */
MUST_USE bool container_search(struct avro_container *container, bool final,
    struct avro_frame *frame, bool *found, struct error *err);

/* Sets the sentence of what is broken (avro_frame.c). */
struct text
container_detail(struct avro_container *container, const char *format, ...) PRINTF_LIKE(2, 3);
/* A record that is not framed, with at most AVRO_KEPT_BYTES of what is there. */
void container_broken(struct avro_container *container, const uint8_t *bytes, size_t size,
    const char *reason, struct avro_frame *frame);
/* The gap that is due. */
void container_take_gap(struct avro_container *container, struct avro_frame *frame);

#endif
