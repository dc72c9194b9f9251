/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of an Avro object container file, one by one, with ordinals that do
 * not depend on how the bytes arrive. Bytes come from a callback and may be
 * hostile; memory is one packed and one unpacked block.
 *
 * A block is count, size, that many bytes, and the file's marker. What a
 * damaged place costs:
 *
 * - A block counts as a whole if its header is plausible (sizes within the
 *   bounds, so many records can be in so many bytes) and its marker is where
 *   it should be. Then it takes `count` ordinals, whatever is inside.
 * - In such a block the records before the first that cannot be framed are
 *   good. That one is BROKEN, with what is left of the block as its payload;
 *   those behind it cannot be found and are a GAP. If the bytes cannot be
 *   unpacked the first record is BROKEN, with the packed bytes. Bytes behind
 *   the last record make that record BROKEN.
 * - Where the marker is missing, the block ends at the next marker in the
 *   file. It takes `count` ordinals if that is plausible, else one: the first
 *   BROKEN, the others a GAP; none of its records is believed.
 *
 * Of a BROKEN payload at most AVRO_KEPT_BYTES are given. Records that only do
 * not follow their schema (an enum's symbol out of range) are not broken: they
 * can be framed, and are judged where they are decoded.
 */
#ifndef DYETRACE_FILE_AVRO_CONTAINER_H
#define DYETRACE_FILE_AVRO_CONTAINER_H

#include "model/message.h"

/* Of a block, packed and unpacked. */
#define AVRO_BLOCK_BYTES_MAX ((size_t)64 << 20)
#define AVRO_KEPT_BYTES ((size_t)64 << 10)

struct avro_container;

struct avro_container_options {
	/* Gives at most `room` bytes; *got 0: nothing now. Must not give more after an error. */
	bool (*read)(void *context, void *to, size_t room, size_t *got, struct error *err);
	void *context;
	size_t record_bytes_max; /* a longer record is BROKEN */
};

/* One message of the file. */
struct avro_frame {
	enum message_kind kind; /* PAYLOAD, BROKEN or GAP */
	int64_t offset, count;
	int64_t next_byte;   /* where the block of the next record begins */
	struct text payload; /* borrowed until the next call; of a GAP absent */
	const char *reason;  /* of BROKEN and GAP */
	struct text detail;  /* the same; borrowed like the payload */
};

/* gives: ended by avro_container_close(); options are copied */
struct avro_container *avro_container_open(const struct avro_container_options *options);
void avro_container_close(struct avro_container *container); /* accepts NULL */

/*
 * The next message.
 *
 * final    no more bytes will ever come: a block that is not whole is damaged.
 *          While a file may still grow, say false
 * *found   false: none in the bytes that are there now
 *
 * ERROR_MALFORMED, _LIMIT, _USAGE  the header or its schema cannot be used
 * what the callback says
 */
MUST_USE bool avro_container_next(struct avro_container *container, bool final,
    struct avro_frame *frame, bool *found, struct error *err);

/*
 * Passes over everything before a record, without unpacking blocks that lie
 * before it; before anything was read. *there false: the bytes do not reach so far.
 */
MUST_USE bool avro_container_resume(
    struct avro_container *container, int64_t offset, bool final, bool *there, struct error *err);

/* The writer's schema; absent until the header was read. Borrowed until close. */
struct text avro_container_schema(const struct avro_container *container);
/* The ordinal of the next record, and where its block begins. */
int64_t avro_container_offset(const struct avro_container *container);
int64_t avro_container_byte(const struct avro_container *container);
/* Bytes that are there but do not yet make a block. */
int64_t avro_container_tail_bytes(const struct avro_container *container);
/* Gives back memory that an idle file does not need. */
void avro_container_rest(struct avro_container *container);

#endif
