/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot of the organs' state, written by the scribe between its blocks. The
 * route begins it at the end of a batch; it counts only when the catalog has
 * committed the records that it speaks of, so that no state is ever ahead of the facts.
 */
#ifndef DYETRACE_INGEST_SNAPSHOT_H
#define DYETRACE_INGEST_SNAPSHOT_H

#include "base/buffer.h"
#include "base/error.h"

struct image;
struct image_file;

enum snapshot_phase {
	SNAPSHOT_NONE,  /* nothing to do */
	SNAPSHOT_PAGES, /* pages are taken and written */
	SNAPSHOT_WHOLE, /* all are written; waits for the commit */
};

struct snapshot {
	struct image
	    *image; /* borrowed; the route's, but for what image.h lets the other thread do */
	struct image_file *file; /* borrowed */
	enum snapshot_phase phase;
	uint64_t record;   /* ledger index of the first fact that it does not know */
	uint64_t sequence; /* of the scribe's work that was handed over before */
	struct buffer header;
	uint8_t *content; /* a page */
};

/* image NULL: there is no state, and no snapshot is ever begun. */
void snapshot_init(struct snapshot *snapshot, struct image *image, struct image_file *file);
void snapshot_fini(struct snapshot *snapshot);
/* The image's snapshot was begun. header: copied */
void
snapshot_begin(struct snapshot *snapshot, uint64_t record, uint64_t sequence, struct text header);
/* Whether a step has something to do when so many records, and the work up to this one, are committed. */
bool snapshot_can_go_on(const struct snapshot *snapshot, uint64_t records, uint64_t sequence);
/* Then: a few pages, or the end. *ended: the snapshot is in force. ERROR_IO */
MUST_USE bool snapshot_step(struct snapshot *snapshot, bool *ended, struct error *err);

#endif
