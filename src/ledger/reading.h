/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block while it is read: what was written so far, in the order of its
 * numbers. A failed read sets bytes.bad; loops look at it, the end of the
 * object reports it.
 */
#ifndef LEDGER_READING_H
#define LEDGER_READING_H

#include "builder.h"
#include "text_plains.h"
#include "wire.h"

struct read_partition {
	struct text source, name;
	uint32_t incarnation;
	int64_t expected;
};

struct read_shape {
	uint32_t dataset, op, system, channel;
	uint32_t field_count;
	uint32_t *fields;
};

struct read_origin {
	struct origin origin;
	uint32_t event_team;
};

struct read_text {
	uint32_t dataset, field; /* of a sealed text */
	bool sealed;
	struct hashed_text hashed;
	struct text hidden; /* sealed: as it stands in the block */
	struct text plain;  /* absent without keys, and until reading_show() */
};

#define EVERY_RECORD UINT32_MAX

struct block_reading {
	struct reader bytes;
	uint32_t
	    wanted; /* EVERY_RECORD, or the one that is given: the others are only walked over */
	const uint8_t *start;
	const uint8_t *vouched; /* up to here a mark's check has compared the bytes */
	struct symbols *names;
	const struct keys *keys;     /* NULL: texts stay hidden */
	struct text_keys *text_keys; /* opened for the first sealed text */
	struct text_plains *plains;  /* NULL: each text is shown anew */
	struct arena *arena;
	struct error *err;
	bool said; /* err says more than "malformed" */
	uint32_t object, change_count;
	int64_t time_ms, source_time_ms;
	/* What was written so far, in the order of its numbers. */
	uint32_t *symbols;
	size_t name_count, name_capacity;
	uint32_t *seen_in; /* [symbol]: the last shape whose field it is, from 1 */
	size_t seen_capacity;
	struct text *reasons;
	size_t reason_count, reason_capacity;
	struct read_partition *partitions;
	size_t partition_count, partition_capacity;
	struct read_shape *shapes;
	size_t shape_count, shape_capacity;
	struct read_origin *origins;
	size_t origin_count, origin_capacity;
	struct read_text *texts;
	size_t text_count, text_capacity;
};

/* Says what is wrong, the first time, and sets bytes.bad. */
void reading_refuse(struct block_reading *in, const char *format, ...) PRINTF_LIKE(2, 3);
void reading_fini(struct block_reading *in);
/* Another block, with what was opened and allocated for the one before. */
void reading_begin(struct block_reading *in, struct text body, struct error *err);

static inline enum record_kind
reading_kind(unsigned object)
{
	static const enum record_kind kinds[] = {
	    [OBJECT_EVENT] = RECORD_EVENT,
	    [OBJECT_QUARANTINED] = RECORD_QUARANTINED,
	    [OBJECT_FILTERED] = RECORD_FILTERED,
	    [OBJECT_GAP] = RECORD_GAP,
	    [OBJECT_NOTE] = RECORD_NOTE,
	    [OBJECT_MARK] = RECORD_NOTE, /* none */
	    [OBJECT_RELAYED] = RECORD_EVENT,
	};

	return kinds[object];
}

/* A number below count; 0 when bad. */
size_t reading_number(struct block_reading *in, size_t count, const char *what);
/* The count of an array as the writer makes them, one block or none; and its end. */
uint64_t reading_array(struct block_reading *in, uint64_t max);
void reading_array_end(struct block_reading *in, uint64_t count);
/* Each is NULL when bad, else borrowed until the next of its kind is read. */
struct read_partition *reading_any_partition(struct block_reading *in);
const struct read_shape *reading_any_shape(struct block_reading *in);
const struct read_origin *reading_any_origin(struct block_reading *in);

/* A reference by a number of one byte that was written before, as most are; else nothing is taken. */
static inline bool
reading_reference(struct block_reading *in, size_t count, size_t *number)
{
	const uint8_t *next = in->bytes.next;

	if (in->bytes.bad || in->bytes.end - next < 2 || next[0] != REFERENCE_NUMBER << 1 ||
	    next[1] & 0x81 || (size_t)(next[1] >> 1) >= count)
		return false;
	*number = next[1] >> 1;
	in->bytes.next = next + 2;
	return true;
}

static inline struct read_partition *
reading_partition(struct block_reading *in)
{
	size_t number;

	return reading_reference(in, in->partition_count, &number) ? &in->partitions[number]
								   : reading_any_partition(in);
}

static inline const struct read_shape *
reading_shape(struct block_reading *in)
{
	size_t number;

	return reading_reference(in, in->shape_count, &number) ? &in->shapes[number]
							       : reading_any_shape(in);
}

static inline const struct read_origin *
reading_origin(struct block_reading *in)
{
	size_t number;

	return reading_reference(in, in->origin_count, &number) ? &in->origins[number]
								: reading_any_origin(in);
}
const struct read_text *
reading_new_text(struct block_reading *in, uint32_t dataset, uint32_t field, bool sealed);
const struct read_text *
reading_sealed_again(struct block_reading *in, uint32_t dataset, uint32_t field);
const struct read_text *reading_hashed_again(struct block_reading *in);
/* Parts of a record, whose kind is set. place: partition and skip, and a gap's count. */
void reading_place(struct block_reading *in, struct record *record);
void reading_payload(struct block_reading *in, struct record *record);
int64_t reading_time(struct block_reading *in); /* of an event */
/* The tags of what is upstream, in front of an event. gives: else they are only walked over: NULL */
const struct upstream *reading_upstream(struct block_reading *in, bool gives);
/* All of a record that is no event. */
void reading_other(struct block_reading *in, struct record *record);
/* The count in front of an event's values, for reading_array_end(). */
uint64_t reading_values_begin(struct block_reading *in, const struct read_shape *shape);
/* gives: whether the caller wants it; else only what later ones refer to is kept. */
void reading_event_value(
    struct block_reading *in, uint32_t dataset, uint32_t field, bool gives, struct value *value);
/* Whether the record under way is given. */
static inline bool
reading_gives(const struct block_reading *in)
{
	return in->wanted == EVERY_RECORD || in->object == in->wanted;
}
/* A sealed text's plain one, shown the first time that somebody wants it. */
struct text reading_show(struct block_reading *in, const struct read_text *read);
/* A copy in the arena; of one wanted record, copies are made at the end. */
static inline struct text
reading_keep(struct block_reading *in, struct text text)
{
	return in->wanted == EVERY_RECORD ? arena_text(in->arena, text) : text;
}

#endif
