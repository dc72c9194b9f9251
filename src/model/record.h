/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One recorded fact: what the ledger keeps of one position, or of one act of
 * the operator. Written from a batch, read back from a block; the same struct.
 */
#ifndef DYETRACE_MODEL_RECORD_H
#define DYETRACE_MODEL_RECORD_H

#include "model/event.h"
#include "model/origin.h"
#include "model/partition.h"

enum record_kind {
	RECORD_EVENT,
	RECORD_QUARANTINED,
	RECORD_FILTERED,
	RECORD_GAP,
	RECORD_NOTE, /* settings, lineage, org chart or an operator's act took effect here */
};

/* What a note is about. Stored as text; stable for good. */
#define NOTE_SETTINGS "settings"               /* body: the effective settings, YAML */
#define NOTE_LINEAGE "lineage"                 /* body: the lineage, YAML: an epoch begins */
#define NOTE_ORG_CHART "org-chart"             /* body: the chart, CSV with pseudonyms */
#define NOTE_IDENTITY_ERASED "identity-erased" /* body: pseudonym and reason, JSON */
#define NOTE_KEYS_ROTATED "keys-rotated"
#define NOTE_RELEASED "partition-released" /* body: source, partition, incarnation, JSON */
#define NOTE_REPLAY "quarantine-replay"    /* body: how many, JSON */

struct record {
	enum record_kind kind;
	/* Which position; not of notes. */
	struct text source, partition; /* names as in struct partition */
	uint32_t incarnation;
	int64_t offset, count;  /* count: positions of a gap, else 1 */
	int64_t source_time_ms; /* TIME_NONE */
	uint64_t payload;       /* identity of the payload; of events and quarantined */
	/* SHA256_BYTES of the payload, kept in the place of its identity; NULL: not kept. Of
	 * filtered positions too, which keep no identity. Borrowed. */
	const uint8_t *payload_sha256;
	bool replay; /* an event that came back from quarantine */
	/* RECORD_EVENT; symbols of the table that the reader was opened with */
	struct event event;
	struct origin origin;
	/* RECORD_QUARANTINED, _FILTERED, _GAP: reason code and detail; RECORD_NOTE: what, and its body */
	struct text reason, detail;
};

#endif
