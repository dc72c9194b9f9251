/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to a store, from any process, while the tracker runs or not. Each
 * answer is one JSON document (jansson), whose keys are a promise: what the
 * command line prints with --json.
 *
 * Every function: the document is given (json_decref); NULL with err:
 *
 *   ERROR_MISSING  what was named is not there; the sentence suggests the nearest
 *   ERROR_DAMAGED  the store contradicts itself: never an answer that may be wrong
 *   ERROR_IO, ERROR_REFUSED
 */
#ifndef DYETRACE_INQUIRY_INQUIRY_H
#define DYETRACE_INQUIRY_INQUIRY_H

#include <jansson.h>

#include "model/source.h"
#include "settings/settings.h"

struct inquiry;

/*
 * Opens the settings' store for reading. Without the key file (missing, or not
 * readable by this user) texts show as their length only.
 *
 * ERROR_MISSING  there is no store
 */
MUST_USE bool
inquiry_open(const struct settings *settings, struct inquiry **inquiry, struct error *err);
void inquiry_close(struct inquiry *inquiry); /* accepts NULL */

typedef void inquiry_progress(void *context, int64_t done, int64_t total);

/* One event, or why the position is none: {"event":…, "origin":…, "reaches":…, "proof":…}.
 * named: an id, FILE:LINE, or TOPIC/PARTITION/OFFSET. */
json_t *inquiry_trace(struct inquiry *inquiry, struct text named, struct error *err);
/* The proof file of an event, or of what followed from it (ledger/checkpoint.h), as its JSON text. */
bool inquiry_prove(struct inquiry *inquiry, struct text named, bool influence, struct buffer *proof,
    struct error *err);
/* {"verified":bool, "records":…, "root":…, "checks":[{"name","passed","detail"}]}; damage is an answer here. */
/* replay: computes all conclusions from the facts and compares them, too. */
json_t *inquiry_verify(struct inquiry *inquiry, bool replay, inquiry_progress *progress,
    void *context, struct error *err);
/*
 * {"process":n, "partitions":[{…,"lag":n|null}], "sources":[…], "quarantine":[…], "disk":…, "checkpoint":…,
 *  "tracker":null|{"paused":null|sentence, "publishers":[…], "http":null|address}}: lag, sources and tracker
 * from the running tracker, if there is one that answers.
 */
json_t *inquiry_status(struct inquiry *inquiry, struct error *err);
/*
 * {"unexplained":n, "tracker_unexplained":n|null, "partitions":[{…,"content":…,"trouble":…}]}; content:
 * "equal", "differs", "source gone", "partly gone" (retention or compaction took some of what was read: trouble
 * says from where it is still there), "cannot be read again", "unreadable". tracker_unexplained: of the running one.
 */
json_t *inquiry_reconcile(
    struct inquiry *inquiry, inquiry_progress *progress, void *context, struct error *err);
/* {"quarantined":n, "records":[…]}; limit 0: all. reason: absent for all. */
json_t *
inquiry_quarantine(struct inquiry *inquiry, struct text reason, int64_t limit, struct error *err);
/* One quarantined position with its raw bytes (shown safely, "raw" base64). */
json_t *inquiry_quarantined(struct inquiry *inquiry, struct text named, struct error *err);
/* The lineage in force: {"epoch":…, "datasets":…, "features":…, "models":…, "tree":"…"}; name filters, absent: all. */
json_t *inquiry_lineage(struct inquiry *inquiry, struct text name, struct error *err);

/* The ledger as JSON lines (docs/export.md); borrowed for the call. */
struct inquiry_export {
	bool influences;            /* what events moved; else the records themselves */
	int64_t from_ms, to_ms;     /* event time, [from, to); TIME_MIN and INT64_MAX: all */
	struct text feature, model; /* at most one; absent: all */
	void *context;
	/* A line with its line feed. False: enough, or err is set. */
	bool (*line)(void *context, struct text line, struct error *err);
	inquiry_progress *progress; /* NULL: none */
};
/* True when it is all there, or line() had enough. */
MUST_USE bool
inquiry_export(struct inquiry *inquiry, const struct inquiry_export *what, struct error *err);

/* Events that are left out: of one team, actor, channel or system, at [from, to); or one event. */
struct inquiry_choice {
	enum {
		CHOICE_TEAM,
		CHOICE_ACTOR, /* as people see it (lusab-babad), or 32 hex digits; "unknown" */
		CHOICE_CHANNEL,
		CHOICE_SYSTEM,
		CHOICE_EVENT /* as inquiry_trace() takes it */
	} by;
	struct text name;
	int64_t from_ms, to_ms; /* event time; TIME_MIN and INT64_MAX: all */
};
/*
 * What a feature or model (one of them) would have been without some events (docs/without.md): the whole
 * ledger is computed with and without them. key: of the feature, or the model's entity; absent: those
 * that the events moved furthest.
 *
 * {"without":…, "feature"|"model", "epoch", "events", "left_out", "step":"day"|"hour", "movement":…,
 *  "keys", "values":[{"key", "moved", "with", "without", "series":[{"time","with","without"}]}]}
 */
struct inquiry_what_if {
	struct inquiry_choice choice;
	struct text feature, model, key;
	bool has_key;
	inquiry_progress *progress;
	void *context;
};
json_t *
inquiry_without(struct inquiry *inquiry, const struct inquiry_what_if *what, struct error *err);
/* The positions to omit and the models to refit as JSON lines (docs/without.md). */
struct inquiry_exclusion {
	struct inquiry_choice choice;
	void *context;
	bool (*line)(void *context, struct text line, struct error *err);
	inquiry_progress *progress;
};
MUST_USE bool
inquiry_exclude(struct inquiry *inquiry, const struct inquiry_exclusion *what, struct error *err);

/* Whether a topic downstream still has the headers of tagged copies (docs/tags.md). */
struct inquiry_tag_check {
	const struct source_type *type; /* with survey */
	struct source_options options;  /* of who knows the cluster */
	const char *topic;
	/* Members of JSON values that say which record it was made from, paths with dots: one that
	 * holds TOPIC/PARTITION/OFFSET, or three (topic, partition, offset). */
	const struct text *fields;
	size_t field_count; /* 0, 1 or 3 */
	size_t examples;    /* of each kind, at most */
	void *context;
	/* The tag of each record that lost its own, or has a wrong one, and whose origin was found again: a line
	 * with its line feed. NULL: nobody wants them. */
	bool (*attached)(void *context, struct text line, struct error *err);
	inquiry_progress *progress;
};
/*
 * {"topic", "good", "records", "intact", "altered", "partly_dropped", "dropped", "foreign", "found_again",
 *  "partitions":[{"partition", …the same, "first":{"altered":offset|null, …}}],
 *  "examples":[{"partition", "offset", "verdict", "id", "headers":[what differs or is missing], "by", "origin":{…}|null}]}
 *
 * ERROR_USAGE  no such topic
 */
json_t *
inquiry_tag_check(struct inquiry *inquiry, const struct inquiry_tag_check *what, struct error *err);

/* Looks at everything around a store, which may not exist: {"healthy":bool, "checks":[{"name","state","detail","remedy"}]} */
json_t *inquiry_doctor(const struct settings *settings, struct error *err);

#endif
