/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a publisher: where the tags of recorded events leave to. The
 * ledger is the outbox: src/publish follows what is committed, in ledger order, in a
 * thread of its own for each publisher, and notes how far it came only when the publisher
 * says that it was delivered. After a crash it goes on from there: each thing may come twice, with
 * the same id and the same key. To add a publisher, write a const struct publisher_type and name it in the
 * program's table (src/dyetrace/connectors.c). Alerts have a contract of their own (model/outlet.h).
 */
#ifndef DYETRACE_MODEL_PUBLISHER_H
#define DYETRACE_MODEL_PUBLISHER_H

#include "base/yaml.h"
#include "model/figure.h"
#include "model/influence.h"
#include "model/lineage.h"
#include "model/movement.h"
#include "model/record.h"
#include "model/trace.h"

/*
 * What an event is called outside: PARTITION/OFFSET ("orders/3/4711"), and
 * "~INCARNATION" behind it of later incarnations than the first.
 */
#define PUBLICATION_ID_BYTES 512
/* Returns out; a longer name of a partition is cut in front, "...". */
struct text publication_id(const struct record *fact, char out[PUBLICATION_ID_BYTES]);
/* Whether it is recorded, quarantined, filtered or a gap: "recorded". */
const char *publication_disposition(const struct record *fact);

/* One influence with what a reader needs to make sense of it. */
struct publication_influence {
	uint32_t feature, status; /* index; enum influence_status */
	bool left;                /* of a feature of a feature: the value that was left */
	bool has_key;             /* the feature has a key: absent is null */
	/* As the ledger keeps it without its keys: a text of a field is the digits of its keyed digest. */
	struct text key;
	double before, after, movement, scaled; /* INFLUENCE_NONE: none */
};

/* One fact that is a position (no note), and what follows from it. */
struct publication {
	uint64_t record; /* ledger index */
	const struct record *fact;
	/* Of events, else NULL. Its indexes are of the batch's lineage. */
	const struct trace_class *trace;
	uint32_t influence_count, score_count;
	const struct publication_influence *influences;
	const struct influence_score *scores;
};

/*
 * What is handed over together: one block of the ledger, or a piece of it where the lineage
 * changed within. A given ledger gives the same batches always. Borrowed for the call.
 */
struct publication_batch {
	uint64_t first, end; /* ledger indexes [first, end), notes included */
	size_t count;
	const struct publication *items; /* ascending by record */
	const struct symbols *names;     /* those of facts and traces */
	const struct lineage *lineage;   /* NULL: none */
	uint32_t epoch;                  /* 0: none */
};

/* What moved one feature or model in one hour: the newest one holds (model/movement.h). */
struct publication_movement_cell {
	uint32_t by, word; /* enum movement_by; MOVEMENT_UNKNOWN, MOVEMENT_EXPIRY, or text */
	struct text text;
	uint64_t count;
	double magnitude, moved;
};
struct publication_movement {
	enum movement_kind kind;
	struct text subject; /* its name */
	int64_t hour_ms;     /* its beginning, event time */
	bool ended;          /* final */
	size_t count;
	const struct publication_movement_cell *cells;
};

/* Where a publisher tells what became of things. From the publisher's thread, during a call. */
struct publisher_host {
	void *context;
	/*
	 * This one can never be delivered: it is written down (durably before the ledger goes
	 * on behind it) and counted. what: "copy", "provenance"; id: of the event, or the key;
	 * reason: a sentence, no content.
	 */
	void (*dead)(
	    void *context, uint64_t record, const char *what, struct text id, const char *reason);
	/* What the operator should know and is no failure of a call. One sentence. */
	void (*notice)(void *context, const char *sentence);
};

/* A source of the settings, for those who copy what it reads. */
struct publisher_source {
	const char *name, *type;
	const struct yaml_node *settings; /* the source's own map */
};
struct publisher_surroundings {
	size_t source_count;
	const struct publisher_source *sources;
};

struct publisher_options {
	const char *name;                 /* of the publisher in the settings */
	const char *settings_file;        /* for messages */
	const char *folder;               /* paths in the settings are relative to it */
	const struct yaml_node *settings; /* the publisher's own map; borrowed until close */
	const struct publisher_surroundings *surroundings; /* the same */
	const struct publisher_host *host;                 /* the same */
	uint8_t store_id[16]; /* the same through crashes: for what must be one's own */
	/* It failed with ERROR_LIMIT: what is handed on together now must be as little as can be. For a while. */
	bool cautious;
};

enum publishing_state {
	PUBLISHING_TAKEN, /* all of it is on its way */
	/* Not all of it yet, since there is no room or nobody takes it: hand the same over again. */
	PUBLISHING_LATER,
};

struct publisher_progress {
	uint64_t
	    safe; /* all batches that end at or before this ledger index are delivered, or dead */
	bool settled; /* nothing that was handed over is under way */
};

struct publisher; /* each type has its own */

/* What it wants to be given. */
enum {
	PUBLISHER_INFLUENCES = 1, /* else publications come without them */
	PUBLISHER_MOVEMENT = 2,
};

/* Where measure() puts figures. Names: what, unit and kind in Prometheus's words ("copied_total"). */
struct publisher_meter {
	void *context;
	void (*figure)(void *context, const char *name, double value);
};

struct publisher_type {
	const char *name;    /* `type:` in the settings: "kafka" */
	const char *summary; /* one line for help */
	/* Looks at the settings only: adds every mistake. `name`, `type` and `from` are read already. */
	void (*check)(const char *settings_file, const struct yaml_node *settings,
	    const struct publisher_surroundings *surroundings, struct yaml_problems *problems);
	/*
	 * gives: ended by close. All calls to one publisher come from one thread. What is away at
	 * the moment need not be an error: publish() says LATER then.
	 *
	 * ERROR_USAGE  the settings name what cannot be (a topic that is missing): tried again all the same
	 */
	bool (*open)(const struct publisher_options *options, struct publisher **publisher,
	    struct error *err);
	unsigned (*wants)(
	    const struct publisher *publisher); /* PUBLISHER_…; the same until close */
	/*
	 * Takes a batch; batches come in ledger order, each until it is TAKEN. Must not wait longer
	 * than timeout_ms. Keeps nothing of the batch behind the call. What is too big for its place is dead
	 * (host), never dropped without a word, and does not hold the others up. LATER: err may say
	 * what it waits for. False: it cannot go on; it is closed and opened anew, and given again what
	 * was not safe.
	 *
	 * ERROR_LIMIT  things that were handed on together are too large for the sink
	 */
	bool (*publish)(struct publisher *publisher, const struct publication_batch *batch,
	    int64_t timeout_ms, enum publishing_state *state, struct error *err);
	/* The same of movement; NULL: it never wants it. */
	bool (*publish_movement)(struct publisher *publisher,
	    const struct publication_movement *movement, int64_t timeout_ms,
	    enum publishing_state *state, struct error *err);
	/* Looks for deliveries, waits up to timeout_ms for one. True with err set: what it waits for. False:
	 * as of publish(). */
	bool (*settle)(struct publisher *publisher, int64_t timeout_ms,
	    struct publisher_progress *progress, struct error *err);
	void (*measure)(
	    struct publisher *publisher, const struct publisher_meter *meter); /* NULL: none */
	/* What measure() gives, ended by a name NULL; they are exported as dyetrace_publisher_NAME. NULL: none. */
	const struct figure_help *figures;
	/* Does not wait for what is under way. Accepts NULL. */
	void (*close)(struct publisher *publisher);
};

#endif
