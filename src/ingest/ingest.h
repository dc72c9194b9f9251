/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route that writes: source → decode → origin → lineage → ledger and
 * catalog (one commit) → acknowledge. ingest.c has it in one function.
 */
#ifndef DYETRACE_INGEST_INGEST_H
#define DYETRACE_INGEST_INGEST_H

#include "model/source.h"
#include "settings/settings.h"

struct ingest;

struct ingest_options {
	const struct settings *settings; /* borrowed until close */
	bool until_end;
	bool without_sources; /* for commands that only act on what is in the store */
	/* The caller holds the store's lock (store_lock()) and keeps it behind ingest_close(): nobody
	 * else gets in while the store is closed and opened again. */
	bool locked;
};

struct ingest_counts { /* since ingest_open() */
	int64_t recorded, quarantined, filtered, gaps;
	int64_t payload_bytes;
};

struct ingest_dropped {   /* by the settings' limits, since ingest_open() */
	int64_t actors;   /* events tagged unknown: limits.actors is reached */
	int64_t names;    /* events tagged unknown: the actor's name is too long */
	int64_t entities; /* whose last row was forgotten: limits.wide-entities */
	int64_t headers;  /* of where an event was before, whose value could not be kept */
	int64_t keys;     /* influences not counted: limits.feature-keys is reached */
};

enum ingest_state {
	INGEST_MORE,
	INGEST_IDLE,
	INGEST_END
};

/*
 * Opens the store as its one writer, recovers (what the ledger has beyond the
 * catalog's last commit is cut and read again), records what changed in
 * settings, org chart and lineage, opens the sources.
 *
 * ERROR_BUSY     another process writes to this store
 * ERROR_REFUSED  the key file is readable by others, or belongs to another store
 * ERROR_DAMAGED  the store contradicts itself; the sentence says what to run
 * ERROR_USAGE, _MALFORMED, _MISSING, _IO
 */
MUST_USE bool
ingest_open(const struct ingest_options *options, struct ingest **ingest, struct error *err);
/* Ends without waiting: what is not committed is read again at the next start. */
void ingest_close(struct ingest *ingest);

/*
 * One batch along the route. wait_ms: how long a source may wait for more.
 * An error of a source does not stop the others: it is said by
 * ingest_source_error() and the source is left out until the next open.
 * An error here means that nothing more can be written.
 */
MUST_USE bool
ingest_step(struct ingest *ingest, int64_t wait_ms, enum ingest_state *state, struct error *err);
/* Everything read so far is committed when it returns. */
MUST_USE bool ingest_flush(struct ingest *ingest, struct error *err);
/* Flushes, signs a checkpoint, begins a snapshot of the state. */
MUST_USE bool ingest_checkpoint(struct ingest *ingest, struct error *err);
/* Flushes and waits until a snapshot of the state that follows is in force: the next start redoes nothing. */
MUST_USE bool ingest_settle(struct ingest *ingest, struct error *err);

const struct ingest_counts *ingest_counts(const struct ingest *ingest);
void ingest_dropped(const struct ingest *ingest, struct ingest_dropped *dropped);
/* Bytes that the sources still have, -1 unknown. */
int64_t ingest_backlog(const struct ingest *ingest);
/* The first source that stopped with an error, NULL if none; err describes it. */
const char *ingest_source_error(const struct ingest *ingest, struct error *err);
/* What recovery cut at open, in bytes: said by the caller. */
int64_t ingest_cut_bytes(const struct ingest *ingest);

/*
 * Does what a command asks, in the running tracker or without one: request and
 * answer are JSON documents (store/control.h). Never fails as a call: the
 * answer says "ok":false and why.
 *
 *   {"do":"reload"}                         org chart and lineage again from their files
 *   {"do":"replay","reason":R}              decode again what is quarantined (R: all if absent)
 *   {"do":"erase","actor":NAME,"why":W}     forget a person's name
 *   {"do":"rotate"}                         re-encrypt the side stores
 *   {"do":"checkpoint"}
 *   {"do":"dropped"}                        what the limits dropped
 *   {"do":"value","feature":F,"key":K}      a feature's value for a key, and whose inputs carry it
 */
void ingest_act(struct ingest *ingest, struct text request, struct buffer *answer);

/*
 * Makes catalog.db again from the segments alone: rebuild.c. conclude: the segments of
 * conclusions, too, from the facts alone.
 */
struct rebuild_result {
	uint64_t records, blocks, conclusions;
	int64_t torn_bytes;
	bool had_checkpoint, matches_checkpoint;
	bool compared, equal; /* against the catalog that was there, if it could be read */
	struct buffer difference;
};
MUST_USE bool ingest_rebuild(const struct settings *settings, bool conclude,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct rebuild_result *result, struct error *err);

#endif
