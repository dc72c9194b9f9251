/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a source: where events come from. To add one, write a
 * folder under connectors/ with a const struct source_type and name it in the
 * program's table (src/dyetrace/connectors.c).
 */
#ifndef DYETRACE_MODEL_SOURCE_H
#define DYETRACE_MODEL_SOURCE_H

#include "base/yaml.h"
#include "model/batch.h"
#include "model/figure.h"

/* A payload by its digests; stores keep one of them (`ledger.payload-digest`). */
struct source_payload {
	uint64_t identity; /* digest_identity() */
	uint8_t sha256[SHA256_BYTES];
};

/* What the route offers a source. Calls come from the route's thread only. */
struct source_host {
	void *context;
	/* The latest incarnation of a name this store has read, NULL if never. Borrowed; says where to go on. */
	struct partition *(*latest)(void *context, const char *source, const char *name);
	/* Begins incarnation 1, or the next one (the one before is ended). start: offset of its first record. */
	struct partition *(*begin)(
	    void *context, const char *source, const char *name, int64_t start);
	/*
	 * A partition of this source, of whatever name and incarnation, whose
	 * first_payload is this; NULL if there is none. So a file that was renamed is
	 * known under its new name. Borrowed; may be absent (NULL).
	 */
	struct partition *(*beginning_with)(
	    void *context, const char *source, uint64_t first_payload);
	/*
	 * Whether the payload that is recorded or quarantined at a position is this one (*same); false:
	 * none is (a gap, filtered, not read yet). Reads the ledger: a few milliseconds, and what was read
	 * so far is committed by it. For a source that must know whether what it is given now is
	 * what it was given then. Only from read(); may be absent (NULL).
	 */
	bool (*recorded)(void *context, const struct partition *partition, int64_t offset,
	    const struct source_payload *now, bool *same);
	/*
	 * Tells the operator what is no error: what a source waits for, what it leaves
	 * unread and why. One sentence, no content of records; may be absent (NULL).
	 */
	void (*notice)(void *context, const char *source, const char *sentence);
	/* As notice(), of what is as it should be: how records are written, a trouble that is over. May be absent. */
	void (*remark)(void *context, const char *source, const char *sentence);
};

/* Where measure() puts figures. Names: what, unit and kind in Prometheus's words ("registry_errors_total"). */
struct source_meter {
	void *context;
	void (*figure)(void *context, const char *name, double value);
};

enum source_health {
	SOURCE_WELL,
	SOURCE_DOUBTFUL, /* works, but somebody should look */
	SOURCE_ILL,
};

struct source_examiner {
	void *context;
	/* what: "broker 10.0.0.1:9092 answers, Kafka 3.9"; advice: what to do, NULL if well. Texts are copied. */
	void (*say)(void *context, enum source_health health, const char *what, const char *advice);
};

/* Who is shown a topic by survey(). */
struct source_surveyor {
	void *context;
	/* A record, partition after partition, ascending; of its partition only the name (TOPIC/NUMBER) is set. False: err is set. */
	bool (*visit)(void *context, const struct message *message, struct error *err);
	/* How many of the positions that there were at the beginning are behind it; NULL: nobody asks. */
	void (*progress)(void *context, int64_t done, int64_t all);
};

enum source_state {
	SOURCE_MORE, /* there may be more at once */
	SOURCE_IDLE, /* nothing at the moment: ask again later (following) */
	SOURCE_END,  /* all that was there has been read (only with until_end) */
};

struct source_options {
	const char *name;          /* of the source in the settings */
	const char *settings_file; /* for messages */
	const char *folder;        /* paths in the settings are relative to it */
	/* Where it may keep, in a folder of its own, what it can ask for again; NULL: nowhere */
	const char *store;
	const struct yaml_node *settings; /* the source's own map; borrowed for the call */
	bool until_end;                   /* read what is there, then SOURCE_END; else follow */
	size_t record_bytes_max;
};

struct source; /* each type has its own; starts with nothing public */

struct source_type {
	const char *name;    /* `type:` in the settings: "file" */
	const char *summary; /* one line for help */
	/* Reads one partition to its end before it begins the next, when there is an end (until_end): the one
	 * before then holds no clock back (docs/influence.md). */
	bool in_turn;
	/* Whether what was read of it can never be read again (standard input): then the tracker does not
	 * close and open it in between. NULL: it always can. */
	bool (*once)(const struct yaml_node *settings);
	/* Looks at the settings only: adds every mistake. Must not touch what they name. */
	void (*check)(const char *settings_file, const struct yaml_node *settings,
	    struct yaml_problems *problems);
	/* gives *source, ended by close. Errors: settings, or what they name cannot be had. */
	bool (*open)(const struct source_options *options, const struct source_host *host,
	    struct source **source, struct error *err);
	/*
	 * Adds messages until the batch is full or nothing is there now; must not
	 * wait longer than wait_ms. Offsets of a partition ascend without holes (a
	 * hole is a MESSAGE_GAP). An error means that this source cannot go on; what
	 * was added before it is good and is committed.
	 */
	bool (*read)(struct source *source, struct batch *batch, int64_t wait_ms,
	    enum source_state *state, struct error *err);
	/* Everything of the partition below next_offset is committed; a hint, may be late. */
	void (*acknowledge)(struct source *source, const struct partition *partition);
	/*
	 * A message that was quarantined comes back with the bytes, key and headers it had: sets kind,
	 * format, framing and schema as read() would now, reason and detail where it is still broken.
	 * NULL: what was kept with it is enough.
	 */
	void (*again)(struct source *source, struct message *message);
	/* How many records the partition has that were not read yet; -1: not known now. NULL: cannot. */
	int64_t (*lag)(struct source *source, const struct partition *partition);
	/* How much is there that was not read yet, in bytes; -1: cannot be known. For status and progress. */
	int64_t (*backlog)(struct source *source);
	void (*close)(struct source *source); /* accepts NULL */
	/*
	 * Reads a partition's records again from its start for an independent count
	 * and digest (`reconcile`): calls visit for each position below end. NULL: cannot.
	 */
	bool (*reread)(const struct source_options *options, const struct partition *partition,
	    bool (*visit)(void *context, const struct message *message), void *context,
	    struct error *err);
	/*
	 * Gives each figure of its own for the metrics (registry errors, waiting for room, …); from the
	 * route's thread, must not block. NULL: none.
	 */
	void (*measure)(struct source *source, const struct source_meter *meter);
	/* What measure() gives, ended by a name NULL; they are exported as dyetrace_source_NAME. NULL: none. */
	const struct figure_help *figures;
	/*
	 * Looks at what the source needs from outside (is the broker there, may we read, is there a
	 * schema registry, …) and says each thing that was looked at, good or bad, for `doctor`. May
	 * take some seconds. partitions: what the store has read of it, NULL-terminated. NULL: nothing to look at.
	 */
	void (*examine)(const struct source_options *options,
	    const struct partition *const *partitions, const struct source_examiner *examiner);
	/*
	 * Reads any topic of that cluster once, from its start to where it ends now, beside everything
	 * else: no positions are kept anywhere. options: of a source, or the same of a publisher of this
	 * type's name. NULL: cannot.
	 *
	 * ERROR_USAGE  there is no such topic
	 * ERROR_IO     no broker answers, or not to the end
	 */
	bool (*survey)(const struct source_options *options, const char *topic,
	    const struct source_surveyor *surveyor, struct error *err);
};

#endif
