/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A canonical log in memory: events in order of time, to be generated, or read
 * and planted on, and written with new ids. Private to simulate.
 */
#ifndef DYETRACE_SIMULATE_LOG_H
#define DYETRACE_SIMULATE_LOG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/symbols.h"
#include "base/timestamp.h"
#include "model/value.h"

/* What a planted event is labelled as. */
struct label {
	const char *pattern; /* a constant; NULL: not labelled */
	uint32_t campaign;
	uint32_t field; /* symbol; SYMBOL_NONE: "event" */
	bool malicious, first;
};

struct log_change {
	uint32_t field;                    /* symbol */
	struct value old_value, new_value; /* text: in the log's symbols or arena */
};

struct log_event {
	int64_t time_ms;
	uint32_t dataset, actor, team, system, channel, entity, op; /* symbols; SYMBOL_NONE: null */
	uint32_t change_count;
	struct log_change *changes; /* in the log's arena */
	struct label label;
};

enum log_precision {
	PRECISION_DAY,
	PRECISION_MINUTE,
	PRECISION_SECOND,
	PRECISION_MS
};

struct log {
	struct arena arena;
	struct symbols *names;
	struct log_event *events;
	size_t count, capacity;
	enum log_precision precision; /* how times are written */
	bool zoned;                   /* with Z */
	bool has_dataset;
};

void log_init(struct log *log);
void log_fini(struct log *log);
/* gives a place at the end, zeroed; changes: room for so many */
struct log_event *log_add(struct log *log, uint32_t change_count);
uint32_t log_name(struct log *log, const char *text);
const char *log_text(const struct log *log, uint32_t symbol); /* "" for none */
/* By time; events of one time keep their order. */
void log_sort(struct log *log);

/* A canonical JSON-lines file; ids are not kept. ERROR_MALFORMED file:line. */
MUST_USE bool log_read(struct log *log, const char *path, struct error *err);
/* Events get the ids e0000000 …; labels.csv names them. */
MUST_USE bool log_write(const struct log *log, const char *folder, struct error *err);

#endif
