/* SPDX-License-Identifier: Apache-2.0 */
/* A verification under way: what its parts share. */
#ifndef DYETRACE_INQUIRY_VERIFY_H
#define DYETRACE_INQUIRY_VERIFY_H

#include "private.h"

/* What a checkpoint that was once signed says, to be met by the walks. */
struct stated {
	struct checkpoint checkpoint;
	bool met, differs;
	bool conclusions_met, conclusions_differ;
};

struct tally {
	int64_t recorded, quarantined, filtered, gaps, next_offset;
	bool broken; /* a hole or an overlap of positions */
	bool seen;
};

struct verify {
	struct inquiry *inquiry;
	json_t *checks;
	bool failed;
	struct tree tree;
	uint64_t blocks, events, chunks_wrong;
	uint64_t conclusions;
	struct tree_hash conclusions_root;
	int64_t done_bytes, all_bytes;
	bool replay; /* conclusions are computed again, too */
	inquiry_progress *progress;
	void *context;
	struct stated *stated;
	size_t stated_count, stated_capacity;
	struct tally *tallies; /* [partition number - 1] */
};

/* Adds a check to the answer. */
void verify_conclude(struct verify *verify, const char *name, bool passed, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* Computes all conclusions from the facts and compares them, once the facts are known to be good. */
void verify_replay(struct verify *verify);
/* Walks the ledger of conclusions, once the checkpoints are loaded. */
void verify_conclusions(struct verify *verify);

#endif
