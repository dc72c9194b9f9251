/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route's own state: what ingest_open() builds and one thread uses.
 */
#ifndef DYETRACE_INGEST_ROUTE_H
#define DYETRACE_INGEST_ROUTE_H

#include "catalog/quarantine.h"
#include "decode/decoder.h"
#include "impact/impact.h"
#include "ingest/ingest.h"
#include "scribe.h"
#include "lineage/classes.h"
#include "lineage/graph.h"
#include "origin/identity.h"
#include "origin/org_chart.h"
#include "origin/resolver.h"

/* One entry of `sources:` in the settings. */
struct ingest_source {
	const struct settings_source *settings;
	struct source *source;   /* NULL: not open (without_sources) */
	struct decoder *decoder; /* made when it is first needed */
	bool ended;
	struct error error;          /* why it was left out */
	struct ingest_counts counts; /* what came from it */
	/* The partition of the newest event record of this source (NULL: none), and whether it was
	 * released since. */
	struct partition *newest;
	bool newest_released;
};

/* Whether a partition holds the clock back, and since when it gave no event (monotonic). */
struct standing {
	struct partition *partition;
	int64_t given_ms;
	bool holds;
};

struct ingest {
	struct ingest_options options;
	const struct settings *settings;
	int lock;
	int64_t cut_bytes;
	struct keys *keys;
	struct symbols *names;

	struct catalog *catalog; /* the scribe's from ingest_open()'s end on */
	struct ledger *ledger;   /* the scribe's, as conclusions */
	struct ledger *conclusions;
	struct scribe *scribe;
	struct quarantine *quarantine;

	struct identity *identity;
	struct org_chart *chart;
	struct resolver *resolver;
	struct lineage *lineage; /* read, not yet in force: notes.c gives it to the tracer */
	struct tracer *tracer;
	uint32_t epoch;
	struct image *image;      /* the state of impact */
	struct image_file *state; /* its snapshots: the scribe's */
	struct impact *impact;
	struct impact_counts weighed_before; /* by what was redone at open */
	struct standing *standings;          /* of partitions that gave an event */
	size_t standing_count, standing_capacity;
	int64_t looked_ms; /* monotonic: for idle partitions */
	/* identity of each note's body in force, to see what changed */
	uint64_t settings_body, chart_body, lineage_body;

	struct partition **partitions; /* in order of begin */
	uint32_t last_number;
	size_t partition_count, partition_capacity;
	struct ingest_source *sources;
	size_t source_count, turn;

	struct batch batch;
	struct block_builder *builder;
	struct conclusion_builder *concluder; /* of the builder's facts */
	uint64_t next_record;                 /* ledger index of the next record */
	uint32_t blocks_moved;                /* handed over since rows of movement were */
	bool moved;                           /* rows of movement may have changed since */
	int64_t moved_ms;                     /* monotonic: when they were handed over last */
	uint64_t conclusion_count;            /* of the records before it */
	uint64_t snapshot_record;             /* next_record at the last snapshot's begin */
	uint8_t payload_sha256[SHA256_BYTES]; /* of the record under way */
	int64_t oldest_ms; /* monotonic: when the builder got its first record; 0: empty */
	uint64_t handed;   /* sequence of the last block given to the scribe */
	struct message_schema **schemas; /* of replayed records */
	size_t schema_count, schema_capacity;
	struct ingest_counts counts;
};

/* Facts of the batch go into blocks, full blocks to the scribe. */
MUST_USE bool record_batch(struct ingest *ingest, const struct batch *batch, struct error *err);
/* One note; body may be long. */
MUST_USE bool
record_note(struct ingest *ingest, const char *what, struct text body, struct error *err);
/* Gives what the builder holds to the scribe, however little. */
MUST_USE bool record_hand_over(struct ingest *ingest, struct error *err);
/*
 * The same with the rows of movement as they stand behind it; between two batches only.
 * sparing: of days that go on those that changed by much.
 */
MUST_USE bool record_hand_over_all(struct ingest *ingest, bool sparing, struct error *err);
/* The source has nothing at the moment. */
MUST_USE bool record_idle(struct ingest *ingest, struct error *err);

/* One note that the partition holds the clock back no longer. */
MUST_USE bool
record_release(struct ingest *ingest, const struct partition *partition, struct error *err);
/* Its body. Appends. */
void release_body(const struct partition *partition, struct buffer *body);

/* Once what is committed and what is in force are known: what releases follow on. */
MUST_USE bool releases_load(struct ingest *ingest, struct error *err);
/* Followed: every partition that gave an event may hold the clock. */
void releases_hold_all(struct ingest *ingest);
void releases_free(struct ingest *ingest);
/* Of each RECORDED event of a batch of one source: sets what it releases. */
void releases_mark(struct ingest *ingest, struct ingest_source *source, struct batch *batch);
/* Following: releases the partitions that gave nothing for long. */
MUST_USE bool releases_look(struct ingest *ingest, struct error *err);

/* Impact's state as the committed records leave it, from the last snapshot; the tracer's lineage, too. */
MUST_USE bool
state_open(struct ingest *ingest, const struct catalog_state *committed, struct error *err);
void state_close(struct ingest *ingest);
/* Begins a snapshot if the last one is long ago; at the end of a batch. */
void state_turn(struct ingest *ingest);
/* Begins one, unless one is under way. */
void state_begin_snapshot(struct ingest *ingest);
/* Waits until the snapshot of all that was read is in force; everything must be committed. */
MUST_USE bool state_settle(struct ingest *ingest, struct error *err);
/* All of it with the keys of now. Nothing changed since state_settle(). */
MUST_USE bool state_seal_again(struct ingest *ingest, struct error *err);

/* Records settings, org chart and lineage where they differ from what is in force. */
MUST_USE bool notes_bring_up_to_date(struct ingest *ingest, struct error *err);
/* What is in force according to the catalog; at open, before the first. */
MUST_USE bool notes_load(struct ingest *ingest, struct error *err);

/*
 * Whether the catalog is the ledger's newest, before what it does not know is cut:
 * catalog_age.c. ERROR_DAMAGED: an older one was put back
 */
MUST_USE bool catalog_age_check(
    const struct ingest *ingest, const struct catalog_state *state, struct error *err);

/* ERROR_… of the first source that cannot be opened */
/* struct source_host's recorded; not before ingest_open() is through */
bool recorded_payload(void *ingest, const struct partition *partition, int64_t offset,
    const struct source_payload *now, bool *same);

MUST_USE bool sources_open(struct ingest *ingest, struct error *err);
void sources_close(struct ingest *ingest);

void replay_free_schemas(struct ingest *ingest);
void partitions_free(struct ingest *ingest);
struct partition *partitions_latest(void *ingest, const char *source, const char *name);
struct partition *
partitions_begin(void *ingest, const char *source, const char *name, int64_t start);
MUST_USE bool partitions_load(struct ingest *ingest, struct error *err);
/* Gives it the next number if it has none yet. */
void partitions_number(struct ingest *ingest, struct partition *partition);
struct partition *partitions_find(struct ingest *ingest, uint32_t number);

/* The decoder of a source, opened (and for wide rows restored) on first use. */
MUST_USE bool
source_decoder(struct ingest *ingest, struct ingest_source *source, struct error *err);
/* Opens the source itself unless it is open. */
MUST_USE bool source_open(struct ingest *ingest, struct ingest_source *source, struct error *err);

#endif
