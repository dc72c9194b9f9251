/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source partition: one ordered stream of records (a file, a Kafka
 * partition) with positions that never change. A file that is replaced or
 * truncated goes on as the next incarnation of the same name.
 *
 * At any commit: next_offset - start = recorded + quarantined + filtered + gaps.
 */
#ifndef DYETRACE_MODEL_PARTITION_H
#define DYETRACE_MODEL_PARTITION_H

#include "base/digest.h"
#include "base/timestamp.h"

struct partition {
	uint32_t number;      /* from 1, in the store's order of first sight */
	char *source;         /* the source's name in the settings; owned */
	char *name;           /* the file as the settings' folder sees it, or topic/number; owned */
	uint32_t incarnation; /* from 1 */
	bool ended;           /* a later incarnation took over, or the source says it is complete */
	int64_t start;        /* offset of its first record */
	int64_t next_offset;  /* of the record that has not been committed yet */
	int64_t next_byte;    /* where a file goes on (in the uncompressed stream); 0 for others */
	bool has_first;
	/* Identity of the first payload that is not BLANK (the header of a CSV file is
	 * the same in every file): tells one incarnation from another. */
	uint64_t first_payload;
	int64_t recorded, quarantined, filtered,
	    gaps;              /* positions; quarantined ones later replayed count as recorded */
	int64_t max_time_ms;   /* greatest event time, TIME_NONE before the first */
	struct sha256 content; /* over all payloads in order, as content_add() feeds them */
};

/*
 * Feeds one payload to a content digest: its length as 4 bytes big endian, its bytes, then zeros
 * up to a multiple of 64 bytes, so that the state written down between two payloads holds none of
 * their bytes. The one place of the rule; not for gaps, which have no payload.
 */
void content_add(struct sha256 *content, struct text payload);

#endif
