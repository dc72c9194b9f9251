/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the organ keeps in the image beside columns and sums of movement. The root
 * piece names all the rest; bytes are those of the machine that wrote them, which the magic
 * number tells. Private to impact.
 *
 *   root        struct state; at STATE_MOVEMENT_AT what movement.h keeps
 *   partitions  a list of struct state_partition, in the order of first sight
 *   directory   struct entry of each group, layer, feature; rewritten when an epoch changes it
 *   group       struct state_group: the table of its keys, slots {tag, place of the row}
 *   row         struct row, then the columns of the group's first layer
 *   block       struct block, then the columns of a later layer of the same key
 */
#ifndef IMPACT_STATE_H
#define IMPACT_STATE_H

#include "base/image.h"

#define STATE_MAGIC 0x3163616d69657964u /* "dyeimac1" on a little-endian machine */
#define STATE_VERSION 1
#define STATE_MOVEMENT_AT 4096

struct state {
	uint64_t magic;
	uint32_t version, epoch;
	uint64_t secret_check; /* a hash by the secret: another key file would find no key */
	int64_t clock_ms;      /* TIME_NONE before the first event */
	uint64_t sequence;     /* of chain_event() */
	uint64_t keys, panes;  /* held */
	place first_partition, last_partition;
	uint32_t partition_count, entry_count;
	place directory; /* entry_count times struct entry */
};

struct state_partition {
	int64_t time_ms, suspect_ms; /* suspect: of the event before, too far ahead; TIME_NONE */
	place next;
	uint32_t incarnation, released, source_bytes, name_bytes;
	char names[]; /* source, then name */
};

enum entry_kind {
	ENTRY_GROUP,  /* keys of one kind; piece: struct state_group */
	ENTRY_LAYER,  /* columns of a group that stand in one piece; bytes: of the piece */
	ENTRY_COLUMN, /* of a feature; piece: its open panes, 0 without a window */
	ENTRY_CHAIN,  /* the same of a feature of a feature */
	ENTRY_MEMBER, /* what a chain keeps in its source's row */
	ENTRY_MEMORY, /* hash of the value that an event of this entity gave a field last, 0: none */
};
#define ENTRY_DIGEST_BYTES 16

struct entry {
	uint8_t digest[ENTRY_DIGEST_BYTES]; /* of the definition: what is equal goes on */
	uint32_t kind;
	uint32_t group; /* number of the group, from 0 */
	uint32_t layer, offset, bytes;
	place piece;
	uint32_t aggregate, unused; /* of groups: the lineage's subject */
	int64_t pane_ms, panes, lateness_ms;
	double days;
};

struct state_group {
	place slots; /* struct slot[mask + 1] */
	uint32_t mask;
	uint64_t count;
};
struct slot {
	uint32_t tag; /* lower half of the hash */
	place row;    /* 0: free */
};

struct row {
	uint64_t hash;
	place next;     /* block of a later layer */
	uint32_t noted; /* it stands in a list of those that may be empty */
};
struct block {
	place row, next;
	uint32_t layer, unused;
};
#define ROW_HEADER_BYTES 16

#endif
