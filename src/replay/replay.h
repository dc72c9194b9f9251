/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger's facts once more: through lineage and impact, in the order in
 * which they were recorded. Conclusions follow from the facts alone, so what comes
 * out is what the tracker concluded, bit for bit; or what it would have
 * concluded, had some events never been read.
 *
 *   an event                      lineage_event(), impact_event(), then `event` is called
 *   a note `lineage`              an epoch begins: tracer_set(), impact_set(), then `epoch`
 *   a note `partition-released`   impact_release()
 *   other records                 are counted on, and move nothing
 */
#ifndef DYETRACE_REPLAY_REPLAY_H
#define DYETRACE_REPLAY_REPLAY_H

#include "catalog/catalog.h"
#include "impact/impact.h"
#include "ledger/segment.h"
#include "lineage/classes.h"

struct replay;

/* One event and what followed; borrowed for the call. */
struct replayed {
	uint64_t record;           /* ledger index */
	const struct record *fact; /* its changes ascending by field text */
	const struct trace *trace;
	uint32_t epoch;                      /* that the indexes in influences are of */
	const struct lineage *lineage;       /* NULL: none */
	const struct influences *influences; /* count 0: it moved nothing */
	bool kept;                           /* keeps() let it pass */
	const struct influences
	    *twin; /* what it moved there; NULL: no twin, or it was left out there */
};

/* Everything is borrowed until replay_close(). */
struct replay_options {
	struct symbols *names;
	const struct keys
	    *keys; /* whose texts are read with; NULL: they stay hidden and have no number */
	/* The caller's, as they stand behind the record before the first one that is given: recovery.
	 * NULL: the replay's own, which begin with nothing. */
	struct tracer *tracer;
	struct impact *impact;
	/* Of its own impact; NULL and 0 with the caller's. */
	uint64_t keys_max; /* limits.feature-keys */
	/* Only what is needed for this feature or model (by name; absent: everything): the lineage is
	 * reduced to it and to what it is computed from, in every epoch, and indexes are the reduced one's. */
	struct text feature, model;

	/*
	 * What if: a second impact, its own, goes along that is given only what keeps() lets pass, while the
	 * first is given everything. Without a twin keeps() is asked for the first. Movement is
	 * not added up by either.
	 */
	bool twin;
	bool facts_only; /* no impact at all: events come with their traces, and no influences */

	void *context; /* of the calls below; each may be NULL */
	/* False: this event is left out, as if it had never been read; its record's number stays taken. fact as below. */
	bool (*keeps)(void *context, const struct record *fact, uint64_t record);
	/* False: enough. Then replay_ledger() and replay_records() return true at once. */
	bool (*event)(void *context, const struct replayed *replayed);
	/* A position that is no event. The same; only of replay_ledger(). */
	bool (*other)(void *context, const struct record *fact, uint64_t record);
	/* lineage: borrowed until the next epoch; NULL: none. Called for the one in force at the beginning, too. */
	void (*epoch)(
	    void *context, const struct lineage *lineage, uint32_t epoch, uint64_t record);
	/* Of an event some places before its turn: what `event` will look up may be fetched into the cache. */
	void (*soon)(void *context, const struct record *fact);
	/* Before an event or a release: where the clock (the first impact's) will stand behind it. Returns
	 * the next moment that is waited for: until the clock reaches it, it may not be called. */
	int64_t (*clock)(void *context, int64_t clock_ms);
	void (*progress)(void *context, int64_t done_records, int64_t all_records);
};

/* gives: ended by replay_close(). ERROR_LIMIT, ERROR_DAMAGED: of the impact that it opens */
MUST_USE bool
replay_open(const struct replay_options *options, struct replay **replay, struct error *err);
void replay_close(struct replay *replay); /* accepts NULL; ends its own tracer and impact only */

/*
 * Records of the ledger from `first` on, as block_read() gave them with the options'
 * names and keys; the next call goes on behind them. For those who walk the ledger themselves.
 * Brings the changes of events into order, in place.
 *
 * ERROR_DAMAGED  a note that is none
 * ERROR_LIMIT    of impact_set()
 */
MUST_USE bool replay_records(struct replay *replay, struct record *records, uint32_t count,
    uint64_t first, struct error *err);

/*
 * The committed records [from, to) of a store: puts the lineage in force before `from` in
 * force (when that is not what the tracer has), then reads block by block. to: UINT64_MAX: up
 * to the catalog's last commit.
 *
 * ERROR_DAMAGED, ERROR_IO  of the ledger and catalog, as well
 */
MUST_USE bool replay_ledger(struct replay *replay, struct ledger_reader *reader,
    struct catalog *catalog, uint64_t from, uint64_t to, struct error *err);

struct impact *replay_impact(const struct replay *replay); /* NULL: facts only */
struct impact *replay_twin(const struct replay *replay);   /* NULL: none */

/* --- keys ------------------------------------------------------------------------------- */

enum replay_key {
	REPLAY_KEY_NONE, /* one value for all, or the event has no key */
	REPLAY_KEY_NULL, /* null, or unknown: a key of its own */
	REPLAY_KEY_TEXT
};
#define REPLAY_KEY_BYTES 40
/*
 * The key of the value that an event moves, as impact_value() takes it: a name, an entity, the 32 hex
 * digits of an actor, a field's value as value_text() writes it (of one whose text is hidden the digits
 * of its mac). Borrowed from fact, names or out. Of a feature of a feature: the value joined.
 */
struct text replay_key(const struct lineage_feature *feature, const struct record *fact,
    const struct symbols *names, char out[REPLAY_KEY_BYTES], enum replay_key *kind);

/* --- notes ------------------------------------------------------------------------------ */

/* What a note `partition-released` is about; texts are borrowed from arena. ERROR_MALFORMED */
MUST_USE bool released_parse(struct text body, struct arena *arena, struct text *source,
    struct text *partition, uint32_t *incarnation, struct error *err);

/* The lineage reduced to a feature or model and what it is computed from; empty when it does not name
 * it. gives: ended by lineage_close() */
struct lineage *
lineage_reduced(const struct lineage *lineage, struct text feature, struct text model);

#endif
