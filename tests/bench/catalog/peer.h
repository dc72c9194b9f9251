/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one would build instead of the catalog: SQLite, a row an event, indexes on
 * id, position and actor; the catalog's pragmas, prepared statements. It needs no
 * page checksums, which ours has.
 */
#ifndef DYETRACE_BENCH_PEER_H
#define DYETRACE_BENCH_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/origin.h"

struct peer;

enum peer_indexes {
	PEER_NONE, /* for filling; peer_index() makes all three afterwards */
	PEER_TWO,  /* id and position: the questions that the catalog answers */
	PEER_THREE /* and actor */
};

struct peer_row {
	uint64_t record; /* ledger index */
	struct text id;
	uint32_t partition;
	int64_t offset;
	struct text actor; /* pseudonym's bytes */
	struct text
	    content; /* the whole record, absent on the write side, where the ledger has it */
};

/* Ends the program on any error: so do all below. */
struct peer *peer_open(const char *path, bool make, enum peer_indexes indexes);
void peer_close(struct peer *peer);
void peer_begin(struct peer *peer);
void peer_add(struct peer *peer, const struct peer_row *row);
void peer_commit(struct peer *peer);
void peer_index(struct peer *peer);
/* Borrowed until the next question; false: there is none. */
bool peer_by_record(struct peer *peer, uint64_t record, struct peer_row *row);
bool peer_by_id(struct peer *peer, struct text id, struct peer_row *row);
bool peer_by_position(struct peer *peer, uint32_t partition, int64_t offset, struct peer_row *row);

#endif
